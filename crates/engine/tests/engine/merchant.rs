//! Applications of merchants: what they need, who may take them on, and what signing opens.

use crate::support::World;
use base::{AppId, PartyId, Slot, Text};
use engine::{
    ApplicationRefused, ApplicationStep, FillApplication, MoveApplication, NoteDocument, OpenParty, Reply,
    SetAppStatus, SetPartyStatus, SignApplication,
};
use ledger::Account;
use people::{
    App, AppStatus, ApplicationState, DIGEST_MARK, DocumentKind, GONE_MARK, Login, LoginName,
    MerchantApplication, MerchantKind, MerchantStaff, Party, PartyKind, PartyStatus, StaffPlace, StaffRole,
};

const LOGIN: &str = "new-tea";

fn applicant() -> PartyId {
    PartyId::issue(1_000_000_077, Slot::of_text("somebody")).unwrap()
}

fn login() -> LoginName {
    Text::new(LOGIN).unwrap()
}

fn filled() -> FillApplication {
    FillApplication {
        login: login(),
        applicant: applicant(),
        kind: MerchantKind::Enterprise,
        name: Text::new("tea").unwrap(),
        data_key: [1; 16],
        sealed: vec![1, 2, 3],
        name_matches: true,
        site: None,
    }
}

type Told = Result<ApplicationState, ApplicationRefused>;

fn fill(world: &mut World, command: FillApplication) -> Told {
    let Some(Reply::FillApplication(told)) = world.run(command).reply else { panic!("no answer") };
    told.map(|row| row.state)
}

fn note(world: &mut World, kind: DocumentKind) -> Told {
    let command = NoteDocument { login: login(), applicant: applicant(), document: kind.bit() };
    let Some(Reply::NoteDocument(told)) = world.run(command).reply else { panic!("no answer") };
    told.map(|row| row.state)
}

fn step(world: &mut World, step: ApplicationStep) -> Told {
    let command = MoveApplication { login: login(), step };
    let Some(Reply::MoveApplication(told)) = world.run(command).reply else { panic!("no answer") };
    told.map(|row| row.state)
}

fn sign(world: &mut World) -> Told {
    sign_with(world, 9)
}

fn sign_with(world: &mut World, key: u8) -> Told {
    let (login, applicant, public_key) = (login(), applicant(), vec![key]);
    let command = SignApplication { login, applicant, public_key, sealed_aes_key: None };
    let Some(Reply::SignApplication(told)) = world.run(command).reply else { panic!("no answer") };
    told.map(|row| row.state)
}

fn reviewer(name: &str) -> Text<64> {
    Text::new(name).unwrap()
}

fn submit() -> ApplicationStep {
    ApplicationStep::Submit(applicant())
}

fn confirm() -> ApplicationStep {
    ApplicationStep::Confirm(applicant())
}

fn reject(reasons: u32) -> ApplicationStep {
    ApplicationStep::Reject { reviewer: reviewer("li"), reasons, note: None }
}

fn documents(world: &mut World) {
    for kind in [DocumentKind::Licence, DocumentKind::IdFront, DocumentKind::IdBack, DocumentKind::ShopFront]
    {
        note(world, kind).unwrap();
    }
}

fn row(world: &World) -> MerchantApplication {
    (*world.get::<MerchantApplication>((Slot::of_text(LOGIN), login())).unwrap()).clone()
}

use ApplicationState::{
    AuditPass, AuditReject, Auditing, Init, MerchantConfirm, Signed, Suspended, Unsigned,
};

#[test]
fn an_application_is_corrected_passes_and_is_signed() {
    let mut world = World::new();
    assert_eq!(fill(&mut world, filled()), Ok(Init));
    documents(&mut world);
    assert_eq!(step(&mut world, submit()), Ok(MerchantConfirm));
    assert_eq!(fill(&mut world, filled()), Ok(Init), "found wrong before it was confirmed");
    assert_eq!(step(&mut world, submit()), Ok(MerchantConfirm));
    assert_eq!(step(&mut world, confirm()), Ok(Auditing));
    assert_eq!(step(&mut world, ApplicationStep::Claim(reviewer("li"))), Ok(Auditing));
    assert_eq!(step(&mut world, reject(3)), Ok(AuditReject));
    assert_eq!((row(&world).reasons, row(&world).reviewer), (3, Some(reviewer("li"))));
    assert_eq!(fill(&mut world, filled()), Ok(AuditReject), "it is corrected where it stands");
    assert_eq!(row(&world).reasons, 3, "why it did not pass is told until it is handed in again");
    assert_eq!(step(&mut world, submit()), Ok(MerchantConfirm));
    assert_eq!((row(&world).reasons, row(&world).reviewer), (0, None));
    assert_eq!(step(&mut world, confirm()), Ok(Auditing));
    assert_eq!(step(&mut world, ApplicationStep::Claim(reviewer("wu"))), Ok(Auditing));
    assert_eq!(step(&mut world, ApplicationStep::Pass(reviewer("wu"))), Ok(AuditPass));
    assert_eq!(sign(&mut world), Ok(Signed));
    let (slot, signed) = (Slot::of_text(LOGIN), row(&world));
    let (merchant, app) = (signed.merchant.unwrap(), signed.app.unwrap());
    let party = world.get::<Party>((slot, merchant)).unwrap();
    assert_eq!(
        (party.kind, party.status, party.name.as_str()),
        (PartyKind::Merchant, PartyStatus::Normal, "tea")
    );
    assert_eq!(world.get::<Login>((slot, login())).unwrap().party, merchant);
    assert_eq!(world.all::<Account>().filter(|account| account.owner == merchant).count(), 1);
    let staff = world.get::<MerchantStaff>((slot, merchant, applicant())).unwrap();
    assert_eq!((staff.acts_as(), staff.set_by), (Some(StaffRole::Owner), None), "who signs owns it");
    let place = world.get::<StaffPlace>((applicant().slot(), applicant(), merchant)).unwrap();
    assert_eq!((place.role, place.active), (StaffRole::Owner, true));
    let opened = world.get::<App>((slot, app)).unwrap();
    assert_eq!(
        (opened.seller, opened.status, opened.public_key.as_slice()),
        (merchant, AppStatus::Online, &[9][..])
    );

    let standing = |world: &World| {
        let party = world.get::<Party>((slot, merchant)).unwrap().status;
        (party, world.get::<App>((slot, app)).unwrap().status)
    };
    assert_eq!(step(&mut world, ApplicationStep::Suspend), Ok(Suspended));
    assert_eq!(standing(&world), (PartyStatus::Frozen, AppStatus::Online), "it may query and be asked");
    assert_eq!(step(&mut world, ApplicationStep::Resume), Ok(Signed));
    assert_eq!(standing(&world), (PartyStatus::Normal, AppStatus::Online));
    assert_eq!(step(&mut world, ApplicationStep::Unsign), Ok(Unsigned));
    assert_eq!(standing(&world), (PartyStatus::Frozen, AppStatus::Disabled));
    assert_eq!(step(&mut world, ApplicationStep::Resume), Err(ApplicationRefused::StateDiffers(Unsigned)));
    assert_eq!(fill(&mut world, filled()), Err(ApplicationRefused::StateDiffers(Unsigned)));
}

/// A merchant that was signed, with its app.
fn signed(world: &mut World) -> (PartyId, AppId) {
    fill(world, filled()).unwrap();
    documents(world);
    let li = || reviewer("li");
    for next in [submit(), confirm(), ApplicationStep::Claim(li()), ApplicationStep::Pass(li())] {
        step(world, next).unwrap();
    }
    sign(world).unwrap();
    let row = row(world);
    (row.merchant.unwrap(), row.app.unwrap())
}

#[test]
fn signing_again_with_the_same_key_answers_the_same() {
    let mut world = World::new();
    let (merchant, app) = signed(&mut world);
    assert_eq!(sign(&mut world), Ok(Signed));
    assert_eq!((row(&world).merchant, row(&world).app), (Some(merchant), Some(app)));
    assert_eq!(sign_with(&mut world, 8), Err(ApplicationRefused::StateDiffers(Signed)));
    step(&mut world, ApplicationStep::Suspend).unwrap();
    assert_eq!(sign(&mut world), Err(ApplicationRefused::StateDiffers(ApplicationState::Suspended)));
}

#[test]
fn a_suspension_leaves_alone_what_it_did_not_do() {
    let mut world = World::new();
    let (party, app) = signed(&mut world);
    let slot = party.slot();
    let set = |world: &mut World, status| _ = world.run(SetPartyStatus { party, status });
    let standing = |world: &World| {
        let status = world.get::<Party>((slot, party)).unwrap().status;
        (status, world.get::<App>((slot, app)).unwrap().status)
    };
    world.run(SetAppStatus { app, status: AppStatus::Disabled });
    step(&mut world, ApplicationStep::Suspend).unwrap();
    assert_eq!(standing(&world), (PartyStatus::Frozen, AppStatus::Disabled));
    step(&mut world, ApplicationStep::Resume).unwrap();
    assert_eq!(standing(&world), (PartyStatus::Normal, AppStatus::Disabled), "an operator forbade the app");

    // An operator's freeze outlives the suspension, whichever came first.
    set(&mut world, PartyStatus::Frozen);
    step(&mut world, ApplicationStep::Suspend).unwrap();
    step(&mut world, ApplicationStep::Resume).unwrap();
    assert_eq!(standing(&world).0, PartyStatus::Frozen);
    set(&mut world, PartyStatus::Normal);
    step(&mut world, ApplicationStep::Suspend).unwrap();
    set(&mut world, PartyStatus::Frozen);
    step(&mut world, ApplicationStep::Resume).unwrap();
    assert_eq!((standing(&world).0, row(&world).reasons), (PartyStatus::Frozen, 0));

    // A suspension that froze by itself thaws, also after one that did not.
    set(&mut world, PartyStatus::Normal);
    step(&mut world, ApplicationStep::Suspend).unwrap();
    step(&mut world, ApplicationStep::Resume).unwrap();
    assert_eq!(standing(&world).0, PartyStatus::Normal);

    // Nothing opens a closed account.
    set(&mut world, PartyStatus::Closed);
    for next in [ApplicationStep::Suspend, ApplicationStep::Resume, ApplicationStep::Unsign] {
        step(&mut world, next).unwrap();
        assert_eq!(standing(&world).0, PartyStatus::Closed);
    }
}

#[test]
fn each_refusal_of_an_application() {
    let mut world = World::new();
    let stranger = PartyId::issue(1_000_000_078, Slot::PLATFORM).unwrap();
    assert_eq!(step(&mut world, submit()), Err(ApplicationRefused::ApplicationNotFound));
    assert_eq!(note(&mut world, DocumentKind::Licence), Err(ApplicationRefused::ApplicationNotFound));
    assert_eq!(sign(&mut world), Err(ApplicationRefused::ApplicationNotFound));
    for reserved in [String::new(), format!("{DIGEST_MARK}tea"), format!("{GONE_MARK}tea")] {
        let command = FillApplication { login: Text::new(&reserved).unwrap(), ..filled() };
        assert_eq!(fill(&mut world, command), Err(ApplicationRefused::LoginTaken), "{reserved:?}");
    }
    for address in ["tea@example.com", "Tea@Example.com", "13812345678", "+86 138-1234-5678"] {
        let command = FillApplication { login: Text::new(address).unwrap(), ..filled() };
        assert_eq!(fill(&mut world, command), Err(ApplicationRefused::LoginIsAddress), "{address:?}");
    }
    assert_eq!(fill(&mut world, FillApplication { name_matches: false, ..filled() }), Ok(Init));
    let of_stranger = FillApplication { applicant: stranger, ..filled() };
    assert_eq!(fill(&mut world, of_stranger), Err(ApplicationRefused::LoginTaken));
    let by_stranger = ApplicationStep::Submit(stranger);
    assert_eq!(step(&mut world, by_stranger), Err(ApplicationRefused::ApplicationNotFound));
    assert_eq!(step(&mut world, confirm()), Err(ApplicationRefused::StateDiffers(Init)));
    let missing = people::documents_needed(MerchantKind::Enterprise, false);
    assert_eq!(step(&mut world, submit()), Err(ApplicationRefused::DocumentsMissing { missing }));
    documents(&mut world);
    assert_eq!(step(&mut world, submit()), Err(ApplicationRefused::NameDiffers));
    fill(&mut world, filled()).unwrap();
    step(&mut world, submit()).unwrap();
    step(&mut world, confirm()).unwrap();
    let pass = |name| ApplicationStep::Pass(reviewer(name));
    let own = applicant().to_string();
    let turn_down = ApplicationStep::Reject { reviewer: reviewer(&own), reasons: 0, note: None };
    for of_itself in [ApplicationStep::Claim(reviewer(&own)), pass(&own), turn_down] {
        assert_eq!(step(&mut world, of_itself), Err(ApplicationRefused::OwnCase));
    }
    assert_eq!(step(&mut world, pass("li")), Err(ApplicationRefused::NotClaimed), "nobody took it");
    step(&mut world, ApplicationStep::Claim(reviewer("li"))).unwrap();
    assert_eq!(step(&mut world, ApplicationStep::Claim(reviewer("li"))), Ok(Auditing), "again is the same");
    assert_eq!(step(&mut world, ApplicationStep::Claim(reviewer("wu"))), Err(ApplicationRefused::NotClaimed));
    assert_eq!(step(&mut world, pass("wu")), Err(ApplicationRefused::NotClaimed));
    assert_eq!(step(&mut world, pass(&own)), Err(ApplicationRefused::OwnCase), "comes before");
    assert_eq!(step(&mut world, reject(0)), Err(ApplicationRefused::ReasonMissing));
    assert_eq!(note(&mut world, DocumentKind::Indoor), Err(ApplicationRefused::StateDiffers(Auditing)));
    assert_eq!(sign(&mut world), Err(ApplicationRefused::StateDiffers(Auditing)));
    step(&mut world, pass("li")).unwrap();
    // Somebody opened a party under the login meanwhile.
    let (kind, name) = (PartyKind::Merchant, Text::new("other").unwrap());
    world.run(OpenParty { kind, login: login(), name, password: None });
    assert_eq!(sign(&mut world), Err(ApplicationRefused::LoginTaken));
}
