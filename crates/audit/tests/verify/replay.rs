//! What was decided is decided again: a world that lived comes out as it is, and whatever was changed in commands or
//! images of the journal is named by record, command, table, key and column.

use crate::journal_bytes::forge;
use crate::world::{World, found};
use audit::{FindingKind, Replay, Report};
use base::{BinarySink, PartyId, Text, TimerNo};
use cell::{BatchRecord, JournalledCommand};
use engine::{Command, Key, Row, SetRules, Table};
use money::{Currency, Money};
use std::fs;
use trade::{PayCode, Rulebook};

/// A batch as the cell writes it.
pub(crate) fn encode(batch: &BatchRecord) -> Vec<u8> {
    let mut out = vec![1];
    let stamp = |out: &mut Vec<u8>, stamp: base::Stamp| {
        out.extend(stamp.at_us.to_le_bytes());
        out.extend(stamp.seq.to_le_bytes());
    };
    let length = |out: &mut Vec<u8>, length: usize| out.extend(u32::try_from(length).unwrap().to_le_bytes());
    stamp(&mut out, batch.last_stamp);
    length(&mut out, batch.commands.len());
    for command in &batch.commands {
        stamp(&mut out, command.stamp);
        out.extend(command.steps.to_le_bytes());
        out.push(u8::from(command.accepted));
        length(&mut out, command.bytes.len());
        out.extend(&command.bytes);
    }
    length(&mut out, batch.rows.len());
    for row in &batch.rows {
        out.extend([row.table.number(), u8::from(!row.deleted)]);
        length(&mut out, row.columns.len());
        out.extend(&row.columns);
    }
    out
}

/// Changes the first batch that has such a command; gives the world, the record and the place of the command.
fn forged(
    name: &str,
    fits: impl Fn(&JournalledCommand) -> bool,
    change: impl Fn(&mut BatchRecord, usize),
) -> (World, u64, usize) {
    let world = World::copy();
    let mut at = None;
    forge(&world, |sequence, payload| {
        let mut batch = BatchRecord::decode(payload).unwrap();
        assert_eq!(encode(&batch), *payload);
        let named = |command: &JournalledCommand| command.command().unwrap().name() == name && fits(command);
        if let (None, Some(place)) = (at, batch.commands.iter().position(named)) {
            at = Some((sequence, place));
            change(&mut batch, place);
            *payload = encode(&batch);
        }
    });
    let (sequence, place) = at.unwrap();
    (world, sequence, place)
}

/// All that the replay says, as text.
fn said(report: &Report) -> Vec<String> {
    let kinds = [FindingKind::ReplayRow, FindingKind::ReplayOutcome];
    let findings = report.findings.iter().filter(|finding| kinds.contains(&finding.kind));
    findings.map(ToString::to_string).collect()
}

#[test]
fn a_world_that_lived_comes_out_the_same_as_a_whole_and_record_by_record() {
    let world = World::copy();
    let report = world.replay(Replay::ALL);
    assert!(report.is_clean(), "{report}");
    let (records, commands) = (report.figures.journal_records, report.figures.commands_replayed);
    assert!(commands >= records && records > 40);
    assert!(report.to_string().contains(&format!("{commands} commands decided again")));
    assert_eq!(world.verify().figures.commands_replayed, 0, "only when it is asked for");
    let mut sum = 0;
    for record in 1..=records {
        let report = world.replay(Replay { from: record, to: record });
        assert!(report.is_clean(), "{report}");
        sum += report.figures.commands_replayed;
    }
    assert_eq!(sum, commands);
    assert_eq!(world.replay(Replay { from: records + 1, to: u64::MAX }).figures.commands_replayed, 0);
}

#[test]
fn a_changed_command_is_named_with_every_row_it_would_have_left() {
    let (world, record, place) = forged(
        "TopUp",
        |_| true,
        |batch, place| {
            let Command::TopUp(mut command) = batch.commands[place].command().unwrap() else { panic!() };
            command.amount = Money::from_minor(499_999, Currency::Cny).unwrap();
            batch.commands[place].bytes = postcard::to_allocvec(&Command::from(command)).unwrap();
        },
    );
    let report = world.replay(Replay::ALL);
    let said = said(&report);
    let command = format!("journal record {record}, command {place} (TopUp): column");
    let text = |table: &str, column: &str, now: &str, then: &str| {
        let end = format!("{command} {column} comes to {now} now, the journal says {then}");
        assert!(said.iter().any(|said| said.contains(table) && said.ends_with(&end)), "{end}\n{report}");
    };
    text("replay_row: account [slot=", "balance_minor", "499999", "500000");
    text("replay_row: posting [slot=", "amount_1_minor", "499999", "500000");
    text("replay_row: top_up [slot=", "amount_minor", "499999", "500000");
    assert!(said.iter().all(|said| said.contains(&command)), "nothing else comes out otherwise\n{report}");
    assert_eq!(said.len(), 4, "both accounts, the posting and the receipt\n{report}");
    // Whoever does not ask for that record does not hear of it: later ones are decided on the journal's images.
    let after = world.replay(Replay { from: record + 1, to: u64::MAX });
    assert_eq!(after.findings.iter().filter(|finding| finding.kind == FindingKind::ReplayRow).count(), 0);
}

#[test]
fn a_changed_outcome_is_named() {
    type Change = fn(&mut JournalledCommand);
    let cases: [(&str, Change, &str); 4] = [
        ("OpenOrder", |command| command.accepted = false, "it is accepted now, the journal says refused"),
        ("ConfirmPay", |command| command.steps += 1, "decisions now, the journal says"),
        ("CloseOrder", |command| command.bytes.push(0), ""),
        ("TopUp", |command| command.stamp.at_us += 7, ""),
    ];
    for (name, change, message) in cases {
        let (world, record, place) =
            forged(name, |command| command.accepted, |batch, place| change(&mut batch.commands[place]));
        let report = world.replay(Replay::ALL);
        if message.is_empty() {
            // Unreadable, or at another time: its rows come out otherwise, or do not come out.
            found(&report, FindingKind::ReplayRow, if name == "TopUp" { "top_up" } else { "orders" });
            continue;
        }
        let finding = found(&report, FindingKind::ReplayOutcome, "journal");
        assert_eq!(finding.key, format!("record {record}"));
        assert!(finding.message.starts_with(&format!("command {place} ({name}): ")), "{}", finding.message);
        assert!(finding.message.contains(message), "{}", finding.message);
    }
}

#[test]
fn a_command_that_contradicts_the_rows_is_named_and_the_rest_goes_on() {
    // The order that is confirmed later was never written; what claims or confirms it fails or is refused.
    let world = World::copy();
    forge(&world, |_, payload| {
        let mut batch = BatchRecord::decode(payload).unwrap();
        batch.rows.retain(|row| !matches!(row.table, Table::Order | Table::Account));
        *payload = encode(&batch);
    });
    let report = world.replay(Replay::ALL);
    let outcomes = said(&report).iter().filter(|said| said.starts_with("replay_outcome")).count();
    assert!(outcomes > 10, "{report}");
    assert_eq!(report.figures.commands_replayed, World::copy().replay(Replay::ALL).figures.commands_replayed);
}

#[test]
fn images_without_command_and_commands_without_image_are_named() {
    let (world, record, _) = forged(
        "TopUp",
        |_| true,
        |batch, place| {
            batch.commands.remove(place);
        },
    );
    let report = world.replay(Replay::ALL);
    let finding = found(&report, FindingKind::ReplayRow, "top_up");
    let message = format!("journal record {record}, no command changes it, but its image is there");
    assert_eq!(finding.message, message);

    let (world, record, place) = forged(
        "TopUp",
        |_| true,
        |batch, _| {
            batch.rows.retain(|row| row.table != Table::TopUpReceipt);
        },
    );
    let report = world.replay(Replay::ALL);
    let finding = found(&report, FindingKind::ReplayRow, "top_up");
    let message = format!(
        "journal record {record}, command {place} (TopUp): it is changed now, the journal has no image of it"
    );
    assert_eq!(finding.message, message);
    assert!(finding.key.starts_with("slot=") && finding.key.ends_with("key=\"first\""), "{}", finding.key);

    let (world, ..) = forged(
        "TopUp",
        |_| true,
        |batch, _| {
            let row = batch.rows.iter_mut().find(|row| row.table == Table::TopUpReceipt).unwrap();
            let (key, _) = row.row().unwrap();
            row.deleted = true;
            row.columns.clear();
            key.write(&mut BinarySink(&mut row.columns));
        },
    );
    let report = world.replay(Replay::ALL);
    let finding = found(&report, FindingKind::ReplayRow, "top_up");
    assert!(finding.message.ends_with("it is written now, the journal deletes it"), "{}", finding.message);
}

#[test]
fn a_changed_image_differs_from_what_its_command_leaves() {
    let (world, record, place) = forged(
        "OpenOrder",
        |command| command.accepted,
        |batch, _| {
            let row = batch.rows.iter_mut().find(|row| row.table == Table::Order).unwrap();
            let (_, Some(Row::Order(order))) = row.row().unwrap() else { panic!() };
            let mut order = (*order).clone();
            order.subject = Text::new("pears").unwrap();
            row.columns.clear();
            base::Record::write(&order, &mut BinarySink(&mut row.columns));
        },
    );
    let report = world.replay(Replay::ALL);
    let finding = found(&report, FindingKind::ReplayRow, "orders");
    let message = format!(
        "journal record {record}, command {place} (OpenOrder): column subject comes to \"苹果 🍎\" now, the journal \
         says \"pears\""
    );
    assert_eq!(finding.message, message);
}

#[test]
fn fees_are_those_of_the_rules_that_were_set_before() {
    let (world, ..) = forged(
        "SetPartyStatus",
        |_| true,
        |batch, place| {
            let rules =
                Rulebook { merchant_fee_ppm: money::Rate::from_ppm(10_000).unwrap(), ..Rulebook::first() };
            batch.commands[place].bytes = postcard::to_allocvec(&Command::from(SetRules { rules })).unwrap();
        },
    );
    let report = world.verify();
    let wrong: Vec<_> =
        report.findings.iter().filter(|finding| finding.kind == FindingKind::FeeWrong).collect();
    assert_eq!(
        wrong.len(),
        12,
        "only orders that were confirmed afterwards, none that was paid before or under a contract\n{report}"
    );
    let told = |message: &str| message.starts_with("fee_minor is 7, ") && message.ends_with(" ask for 12");
    assert!(wrong.iter().any(|finding| told(&finding.message)), "{report}");
}

/// A world whose pay code is made and used up within one record, as under load; `change` is made to that record. The
/// one after it has nothing left.
fn code_of_one_batch(change: impl Fn(&mut BatchRecord)) -> World {
    let world = World::copy();
    let records = journal::Reader::open(&world.journal(), 1).unwrap();
    let mut batches: Vec<BatchRecord> =
        records.map(|record| BatchRecord::decode(&record.unwrap().payload).unwrap()).collect();
    let keys = |batch: &BatchRecord, deleted| -> Vec<Key> {
        let rows = batch.rows.iter().filter(|row| row.deleted == deleted);
        rows.map(|row| row.row().unwrap().0).collect()
    };
    let used = |pair: &[BatchRecord]| {
        let made = keys(&pair[0], false);
        keys(&pair[1], true).iter().any(|key| key.table() == Table::PayCode && made.contains(key))
    };
    let place = batches.windows(2).position(used).unwrap();
    let second = batches[place + 1].clone();
    batches[place + 1].commands.clear();
    batches[place + 1].rows.clear();
    let first = &mut batches[place];
    let made = keys(first, false);
    first.last_stamp = second.last_stamp;
    first.commands.extend(second.commands);
    let later: Vec<Key> = second.rows.iter().map(|row| row.row().unwrap().0).collect();
    first.rows.retain(|row| !later.contains(&row.row().unwrap().0));
    let stays = |row: &cell::ChangedRow| !row.deleted || !made.contains(&row.row().unwrap().0);
    first.rows.extend(second.rows.into_iter().filter(stays));
    change(first);
    forge(&world, |sequence, payload| *payload = encode(&batches[sequence as usize - 1]));
    world
}

fn code_row(party: PartyId, digest: [u8; 16]) -> Row {
    let timer = TimerNo::from_number(1).unwrap();
    Row::PayCode(PayCode { slot: party.slot(), digest, party, expires_at_us: 1, timer }.into())
}

#[test]
fn what_a_batch_made_and_removed_again_needs_no_image() {
    let nothing: Vec<String> = Vec::new();
    assert_eq!(said(&code_of_one_batch(|_| {}).replay(Replay::ALL)), nothing);
    let code = |deleted| {
        move |batch: &mut BatchRecord| {
            let mut columns = Vec::new();
            let Command::IssuePayCode(made) = batch.commands[0].command().unwrap() else { panic!() };
            let row = code_row(made.party, made.digest);
            if deleted {
                row.key().write(&mut BinarySink(&mut columns));
            } else {
                row.write(&mut BinarySink(&mut columns));
            }
            batch.rows.push(cell::ChangedRow { table: Table::PayCode, deleted, columns });
        }
    };
    // A writer that could not know says that it is gone, which is as true.
    assert_eq!(said(&code_of_one_batch(code(true)).replay(Replay::ALL)), nothing);
    let report = code_of_one_batch(code(false)).replay(Replay::ALL);
    let finding = found(&report, FindingKind::ReplayRow, "pay_code");
    assert!(finding.message.ends_with("it is deleted now, the journal has its image"), "{}", finding.message);
}

#[test]
fn a_row_that_was_there_before_and_is_removed_needs_its_image() {
    let pays = |command: &JournalledCommand| {
        let Command::OpenOrder(command) = command.command().unwrap() else { panic!() };
        command.pay_by.is_some()
    };
    let (world, record, place) =
        forged("OpenOrder", pays, |batch, _| batch.rows.retain(|row| row.table != Table::PayCode));
    let report = world.replay(Replay::ALL);
    let finding = found(&report, FindingKind::ReplayRow, "pay_code");
    let message = format!(
        "journal record {record}, command {place} (OpenOrder): it is changed now, the journal has no image of it"
    );
    assert_eq!(finding.message, message);
}

#[test]
fn without_the_start_of_the_journal_nothing_is_decided_again() {
    let world = World::copy();
    fs::remove_file(&world.segments()[0]).unwrap();
    let report = world.replay(Replay::ALL);
    assert_eq!(report.figures.commands_replayed, 0);
    let said = report.findings.iter().any(|finding| {
        finding.kind == FindingKind::JournalIncomplete && finding.message.contains("decided again")
    });
    assert!(said, "{report}");
}
