//! What an audit says.

use base::Field;
use std::fmt::{self, Write as _};

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Field)]
pub enum FindingKind {
    /// Journal bytes broke a rule: the key names segment and offset.
    JournalDamaged,
    /// A segment is missing; what it held cannot be checked.
    JournalIncomplete,
    /// The journal ends before a record that was posted into the tables.
    JournalEndLost,
    /// A journal record is whole but holds no batch that can be read.
    BatchUnreadable,
    /// A stamp does not come after the one before it.
    StampNotRising,
    /// The mark of what is posted does not fit the journal record it names.
    MarkWrong,
    /// A row differs from its last image in the journal.
    RowDiffers,
    /// A row of the journal is not in its table.
    RowMissing,
    /// A row was never written, or was deleted, according to the journal.
    RowExtra,
    /// A row's values do not fit its columns.
    RowUnreadable,
    /// Debits and credits of a posting differ, or it has fewer than two entries.
    PostingUnbalanced,
    /// A posting has other entries than its kind allows, or its number, date or order does not fit.
    PostingShape,
    /// An entry stands on an account that is not there, or not of this slot and currency.
    EntryAccount,
    /// An entry's balance does not follow from the entry before it on the account.
    BalanceAfter,
    /// An account's number, owner, kind and slot do not fit together.
    AccountWrong,
    /// An account's balance is not what its entries come to.
    AccountBalance,
    /// An account is below what is held on it, or on the wrong side of zero.
    AccountBelow,
    /// What is held on an account is not the sum of its open holds.
    AccountHeld,
    /// A hold belongs to no account of its slot and currency.
    HoldWrong,
    /// The books of a slot, currency or day do not sum to zero.
    TrialBalance,
    /// Money under way between slots does not sum to zero.
    TransitOpen,
    /// Fee income is not what orders were charged less what was given back.
    FeeIncome,
    /// An order's state, times and amounts do not agree with each other.
    OrderWrong,
    /// An order's payment does not agree with its postings.
    OrderPayment,
    /// An order's refunds do not add up to what it says was given back.
    OrderRefunds,
    /// A refund does not agree with its order or its postings.
    RefundWrong,
    /// A split, one of its lines, what is held for splits, or a bound receiver does not agree with the order, its
    /// postings or the others.
    SplitWrong,
    /// A trade does not agree with its order or its postings.
    TradeWrong,
    /// A merchant's number and its order do not point at each other.
    NumberWrong,
    /// A receipt does not agree with its order.
    ReceiptWrong,
    /// A pre-authorisation does not add up, or disagrees with its operations, its payer's hold or its payments.
    FreezeWrong,
    /// A top-up and its posting do not agree.
    TopUpWrong,
    /// A notice does not agree with its order, or one that is owed is missing.
    NoticeWrong,
    /// A timer belongs to nothing, or what needs a timer has none.
    TimerWrong,
    /// A party, its account, password or apps do not agree.
    PartyWrong,
    /// The keys of an app that exchanged its key do not agree with it or each other.
    AppKeyWrong,
    /// An application to be a merchant does not agree with its state, its review, or the merchant it became.
    ApplicationWrong,
    /// A login and its party do not point at each other.
    LoginWrong,
    /// A slot's counters are not what was issued in it.
    HeadWrong,
    /// An operator is not of two operators, or the book does not count them.
    OperatorWrong,
    /// Who acts for a merchant is not what the person's own copy says, nobody owns it, or the book does not count them.
    StaffWrong,
    /// What operators did is not one chain of notes, or an outcome is of no act that was noted.
    TrailWrong,
    /// What a party used of a limit is counted for no period, or not by what moved.
    UsageWrong,
    /// Risk rules are not of two people, out of turn, or not what was approved; or a finding or a case of them does not
    /// agree with the rules.
    RiskWrong,
    /// A list of names is not of two people or out of turn; or a hit, its case or where a party stands do not belong
    /// together.
    ScreenWrong,
    /// Versions of a contract, or of the dated rules, are not of two people in their turn, or one holds from before it
    /// was agreed to.
    ContractWrong,
    /// A line of a day's trial balance is not what the postings come to, is missing, or its day was not closed in turn.
    DayCloseWrong,
    /// Sales that are settled the day after are not what their batch says, not held, or settled at another time.
    SettlementBatchWrong,
    /// A bank card, its number's name, its state and an order of pockets that names it do not agree.
    CardWrong,
    /// A bank order does not agree with its card, its key, its postings, its returns or its times.
    BankOrderWrong,
    /// What banks owe or are owed in a slot is not what its bank orders come to.
    BankSums,
    /// A line of a statement, what it settles, what nothing explains of it, and its postings do not agree.
    StatementWrong,
    /// A payment's fee is not what the rules of its moment ask.
    FeeWrong,
    /// Parcels to other cells and the counts of them do not agree.
    ParcelWrong,
    /// An authorisation, its codes and tokens, and the apps they name do not agree.
    GrantWrong,
    /// A certification's state, times and app do not agree.
    CertificationWrong,
    /// What was sent to an address does not agree with its counts, its times or its state.
    ChallengeWrong,
    /// A person's accounts, evidence, classes and yearly limit do not agree.
    PersonWrong,
    /// The two sides of an agreement, its names and its debits do not agree.
    AgreementWrong,
    /// An escrow, its cases or its steps do not agree with their order or each other.
    EscrowWrong,
    /// What was paid into an escrow is not what is held, released and given back, or not what its postings say.
    EscrowSums,
    /// What a slot holds in escrow is not what its escrows hold.
    EscrowHeld,
    /// A transfer does not agree with its postings, with what its payee received, or with whom its payer knows.
    TransferWrong,
    /// What a slot holds of money that waits is not what its transfers wait for.
    DelayedHeld,
    /// SQLite finds its own file damaged.
    FileDamaged,
    /// A command that is decided again ends otherwise than the journal says.
    ReplayOutcome,
    /// A command that is decided again leaves a row other than the journal has it.
    ReplayRow,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// The table by its SQL name, or `journal`.
    pub table: &'static str,
    /// The row's key as `column=value` pairs; for the journal its segment and offset, or its record.
    pub key: String,
    /// What was expected and what was found, for people.
    pub message: String,
}

/// How much was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// Rows per table, by SQL name.
    pub rows: Vec<(&'static str, u64)>,
    /// Postings.
    pub postings: u64,
    /// Entries of all postings.
    pub entries: u64,
    /// Payments that arrived at their merchants.
    pub payments: u64,
    /// Journal records that were read.
    pub journal_records: u64,
    /// The journal sequence that the tables hold.
    pub posted_sequence: u64,
    /// The last journal sequence that was read.
    pub last_sequence: u64,
    /// Commands that were decided again.
    pub commands_replayed: u64,
    /// How long it took, microseconds.
    pub elapsed_us: u64,
}

impl Figures {
    /// Payments verified in a second; zero when it took no time.
    pub fn payments_per_s(&self) -> u64 {
        let per_s = u128::from(self.payments) * 1_000_000 / u128::from(self.elapsed_us.max(1));
        u64::try_from(per_s).unwrap_or(u64::MAX)
    }
}

/// The result of an audit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// How much was looked at.
    pub figures: Figures,
    /// What is wrong, in the order of kind, table and key; empty when the books are exact.
    pub findings: Vec<Finding>,
    /// Findings beyond the bound that was asked for, counted but not named.
    pub left_off: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.left_off == 0
    }

    /// The report as one JSON object, for programs.
    pub fn to_json(&self) -> String {
        let Figures { rows, postings, entries, payments, elapsed_us, .. } = &self.figures;
        let Figures { journal_records, posted_sequence, last_sequence, commands_replayed, .. } =
            &self.figures;
        let per_s = self.figures.payments_per_s();
        let rows: Vec<String> =
            rows.iter().map(|(table, count)| format!("{}:{count}", json_text(table))).collect();
        let findings: Vec<String> = self.findings.iter().map(Finding::to_json).collect();
        format!(
            "{{\"clean\":{},\"figures\":{{\"rows\":{{{}}},\"postings\":{postings},\"entries\":{entries},\
             \"payments\":{payments},\"payments_per_s\":{per_s},\"commands_replayed\":{commands_replayed},\
             \"journal_records\":{journal_records},\"posted_sequence\":{posted_sequence},\
             \"last_sequence\":{last_sequence},\"elapsed_us\":{elapsed_us}}},\"findings\":[{}],\"left_off\":{}}}",
            self.is_clean(),
            rows.join(","),
            findings.join(","),
            self.left_off
        )
    }
}

impl Finding {
    fn to_json(&self) -> String {
        format!(
            "{{\"kind\":{},\"table\":{},\"key\":{},\"message\":{}}}",
            json_text(self.kind.as_str()),
            json_text(self.table),
            json_text(&self.key),
            json_text(&self.message)
        )
    }
}

fn json_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control.is_control() => {
                // Control characters lie below U+00A0: four digits hold them.
                let _infallible = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}] {}", self.kind.as_str(), self.table, self.key, self.message)
    }
}

impl fmt::Display for Report {
    /// Figures first, then one line for each finding, then the verdict.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = &self.figures;
        writeln!(
            f,
            "journal: {} records read up to {}; tables posted up to {}",
            figures.journal_records, figures.last_sequence, figures.posted_sequence
        )?;
        for (table, rows) in figures.rows.iter().filter(|(_, rows)| *rows > 0) {
            writeln!(f, "{table:>18} {rows:>12}")?;
        }
        writeln!(
            f,
            "{} postings with {} entries; {} payments, {} a second",
            figures.postings,
            figures.entries,
            figures.payments,
            figures.payments_per_s()
        )?;
        if figures.commands_replayed > 0 {
            writeln!(f, "{} commands decided again", figures.commands_replayed)?;
        }
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if self.left_off > 0 {
            writeln!(f, "and {} more", self.left_off)?;
        }
        let (seconds, thousandths) = (figures.elapsed_us / 1_000_000, figures.elapsed_us / 1_000 % 1_000);
        if self.is_clean() {
            write!(f, "The books are exact. ({seconds}.{thousandths:03} s)")
        } else {
            let count = self.findings.len() as u64 + self.left_off;
            write!(f, "The books are WRONG in {count} places. ({seconds}.{thousandths:03} s)")
        }
    }
}

/// Findings as they come.
#[derive(Debug)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    most: usize,
    left_off: u64,
}

impl Findings {
    pub(crate) fn new(most: usize) -> Findings {
        Findings { list: Vec::new(), most, left_off: 0 }
    }

    pub(crate) fn add(
        &mut self,
        kind: FindingKind,
        table: &'static str,
        key: impl Into<String>,
        message: impl Into<String>,
    ) {
        if self.list.len() < self.most {
            self.list.push(Finding { kind, table, key: key.into(), message: message.into() });
        } else {
            self.left_off += 1;
        }
    }

    /// None yet, with the same bound.
    pub(crate) fn empty(&self) -> Findings {
        Findings::new(self.most)
    }

    /// Adds what was found elsewhere.
    pub(crate) fn take_over(&mut self, others: Findings) {
        self.left_off += others.left_off;
        for finding in others.list {
            if self.list.len() < self.most {
                self.list.push(finding);
            } else {
                self.left_off += 1;
            }
        }
    }

    pub(crate) fn report(mut self, figures: Figures) -> Report {
        // Maps were walked on the way: the order must not depend on them.
        self.list.sort();
        Report { figures, findings: self.list, left_off: self.left_off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_beyond_the_bound_are_counted_and_json_is_escaped() {
        let mut findings = Findings::new(1);
        findings.add(FindingKind::RowExtra, "party", "id=\"\\\u{1}金", "x");
        findings.add(FindingKind::RowExtra, "party", "id=2", "x");
        let report = findings.report(Figures { rows: vec![("party", 2)], ..Figures::default() });
        assert!(!report.is_clean());
        assert_eq!((report.findings.len(), report.left_off), (1, 1));
        let json = report.to_json();
        assert!(
            json.contains(r#""kind":"row_extra","table":"party","key":"id=\"\\\u0001金","message":"x""#),
            "{json}"
        );
        assert!(json.contains(r#""clean":false"#) && json.contains(r#""rows":{"party":2}"#), "{json}");
        assert!(report.to_string().contains("and 1 more"));
    }
}
