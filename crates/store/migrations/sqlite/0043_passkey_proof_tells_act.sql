-- 0043_passkey_proof_tells_act.sql
-- Why: a passkey confirms more than payments from the balance: `passkey_proof.act` tells what, `card` with which card, and
--      `delay_us` how long the money waits for its payee, microseconds.
-- Lock: none; columns are added, and a proof lives for ten minutes.
-- Undo: drop the three columns once no row is of another act; passkeys then confirm payments from the balance only.
ALTER TABLE passkey_proof ADD COLUMN act TEXT NOT NULL DEFAULT 'pay_from_balance' CHECK (
    act = 'pay_from_balance' OR act = 'pay_by_card' OR act = 'transfer' OR act = 'top_up' OR act = 'withdraw' OR
    act = 'sign' OR act = 'freeze');
ALTER TABLE passkey_proof ADD COLUMN card INTEGER CHECK (card >= 0);
ALTER TABLE passkey_proof ADD COLUMN delay_us INTEGER NOT NULL DEFAULT 0 CHECK (delay_us >= 0);
