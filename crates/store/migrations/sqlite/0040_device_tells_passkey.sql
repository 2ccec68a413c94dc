-- 0040_device_tells_passkey.sql
-- Why: removing a passkey signs out what it signed in: `device.passkey` is its number, absent after a password or a code.
-- Lock: none; a column is added.
-- Undo: drop the column; sessions then go on when the key that began them is removed, as before.
ALTER TABLE device ADD COLUMN passkey INTEGER CHECK (passkey >= 0);
