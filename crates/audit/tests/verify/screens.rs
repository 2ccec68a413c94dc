//! Lists of names: two versions that held, what they found and who decided, and one row changed at a time.

use crate::rows::{Case, run};
use audit::FindingKind::{self, *};
use base::{PartyId, Text};
use cell::Door;
use engine::{ApproveList, DecideRisk, ProposeList, Screen};
use risk::{About, EntryId, Hit, Measure, hit_subject};

fn hit(entry: &str) -> Hit {
    let (entry, matched) = (EntryId::new(entry).unwrap(), Text::new("1=1:980").unwrap());
    Hit { entry, alias: 1, score: 980, measure: Measure::HanVariant, matched }
}

async fn propose(door: &Door, base_version: u32) -> ApproveList {
    let (operator, digest) = (Text::new("ada").unwrap(), [7; 32]);
    let proposal = ProposeList { operator, base_version, digest, entries: 3, threshold: 900 };
    let version = door.ask(proposal).await.unwrap().version;
    ApproveList { operator: Text::new("bea").unwrap(), version, digest }
}

/// One party is found three times: cleared by two (`E1`), refused (`E2`), one operator would release it (`E3`); another
/// one is clear. A third
/// list is proposed.
pub(crate) async fn live(door: &Door, found: PartyId, clear: PartyId) {
    for base in [0, 1] {
        let approval = propose(door, base).await;
        door.ask(approval).await.unwrap();
    }
    let about = About::new("person").unwrap();
    let hits = vec![hit("E1"), hit("E2"), hit("E3")];
    let screen = Screen { party: found, about, version: 2, name: [3; 16], hits };
    door.ask(screen.clone()).await.unwrap();
    door.ask(Screen { party: clear, hits: Vec::new(), ..screen }).await.unwrap();
    for (entry, by, release) in [
        ("E1", "cid", true),
        ("E1", "dan", true),
        ("E2", "cid", true),
        ("E2", "cid", false),
        ("E3", "cid", true),
    ] {
        let subject = hit_subject(2, &EntryId::new(entry).unwrap(), &[3; 16]);
        let (operator, subject) = (Text::new(by).unwrap(), Text::new(&subject).unwrap());
        door.ask(DecideRisk { operator, party: found, subject, release }).await.unwrap();
    }
    propose(door, 2).await;
}

#[test]
fn rows_of_lists() {
    const HIT: &[(&str, FindingKind)] = &[("screen_hit", ScreenWrong)];
    const LIST: &[(&str, FindingKind)] = &[("screen_list", ScreenWrong)];
    const CASE: &[(&str, FindingKind)] = &[("risk_case", ScreenWrong)];
    const STANDS: &[(&str, FindingKind)] = &[("screening", ScreenWrong)];
    const PROPOSAL: &[(&str, FindingKind)] = &[("screen_proposal", ScreenWrong)];
    const RELEASE: &[(&str, FindingKind)] = &[("screen_release", ScreenWrong)];
    const ALONE: &str = "state = 'released', decided_by = 'cid', decided_at_us = opened_at_us + 900000000000";
    const PARTY: &[(&str, FindingKind)] = &[("party", ScreenWrong)];
    let later = "effective_at_us = effective_at_us + 900000000000";
    run(&[
        Case("screen_list", "version = 2", "approved_by = 'ada', proposed_by = 'ada'", LIST),
        Case("screen_list", "version = 2", "effective_at_us = 7", LIST),
        Case("screen_list", "version = 2", later, HIT),
        Case("screen_list", "version = 2", later, STANDS),
        Case("screen_list", "version = 2", "threshold = 981", HIT),
        Case("screen_list", "version = 2", "digest = zeroblob(32)", &[]),
        Case("screen_proposal", "version = 3", "threshold = 699", PROPOSAL),
        Case("screen_proposal", "version = 3", "entries = 0", PROPOSAL),
        Case("screen_hit", "entry = 'E1'", "entry = 'E9'", HIT),
        Case("screen_hit", "entry = 'E1'", "score = 899", HIT),
        Case("screen_hit", "entry = 'E1'", "score = 1001", HIT),
        Case("screen_hit", "entry = 'E1'", "version = 1", HIT),
        Case("screen_hit", "entry = 'E1'", "name = zeroblob(16)", HIT),
        Case("screen_hit", "entry = 'E1'", "alias = 0", HIT),
        Case("screen_hit", "entry = 'E1'", "at_us = 7", HIT),
        Case("screen_hit", "entry = 'E1'", "no = 7", CASE),
        Case("risk_case", "subject LIKE 'screen % E1 %'", "decision = 7", CASE),
        Case("risk_case", "subject LIKE 'screen % E3 %'", "decided_by = 'a', decided_at_us = 7", CASE),
        Case("risk_case", "subject LIKE 'screen % E2 %'", "decided_at_us = 7", CASE),
        Case("screening", "subjects <> ''", "subjects = replace(subjects, 'E1', 'E9')", STANDS),
        // Of a name that was given before, what was found goes on to hold.
        Case("screening", "subjects <> ''", "name = zeroblob(16)", &[]),
        Case("screening", "subjects <> ''", "version = 1", STANDS),
        Case("screening", "subjects <> ''", "at_us = 7", STANDS),
        Case("screening", "subjects = ''", "at_us = 7", STANDS),
        Case("risk_case", "subject LIKE 'screen % E3 %'", ALONE, RELEASE),
        Case("risk_case", "subject LIKE 'screen % E2 %'", "state = 'released'", CASE),
        Case("screen_release", "subject LIKE 'screen % E1 %'", "proposed_by = 'dan'", RELEASE),
        Case("screen_release", "subject LIKE 'screen % E1 %'", "proposed_by = ' cid'", RELEASE),
        Case("screen_release", "subject LIKE 'screen % E1 %'", "proposed_at_us = 7", RELEASE),
        Case(
            "screen_release",
            "subject LIKE 'screen % E1 %'",
            "proposed_at_us = 9000000000000000000",
            RELEASE,
        ),
        Case("screen_release", "subject LIKE 'screen % E3 %'", "proposed_at_us = 7", RELEASE),
        Case("party", "id = (SELECT party FROM screening WHERE subjects <> '')", "stop = 'nobody'", PARTY),
        Case("party", "id = (SELECT party FROM screening WHERE subjects <> '')", "stop = 'owner'", PARTY),
        Case("party", "id = (SELECT party FROM screening WHERE subjects <> '')", "stop = 'owner_list'", &[]),
        Case("party", "id = (SELECT party FROM screening WHERE subjects = '')", "stop = 'all'", PARTY),
    ]);
}
