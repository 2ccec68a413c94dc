//! Names held against the list in force, here at the rim, where they are known. What goes into the cell is a digest of
//! the name, the entry and why it is alike; the list itself lies on a shelf, under the digest that two operators
//! agreed on.

use crate::people::named;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::http::StatusCode;
use base::{PartyId, Text};
use cell::{CellError, Door};
use engine::{
    FindApplication, FindParty, FindRiskCase, FindScreenList, FindScreening, Screen, ScreenState, ScreenView,
};
use people::{Address, Party, PartyKind, PaymentStop, login_of_address};
use risk::{
    ABOUT_PERSON, About, Hit, Looked, NameList, RiskCaseState, RiskNotFound, ScreenList, ScreenRefused,
    hit_subject, list_digest,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use world::World;

/// Keeps lists under their digests. They name persons: nobody but the platform may read them.
pub trait ListShelf: Send + Sync {
    /// Keeps a list. The error is for the log.
    fn keep(&self, digest: &[u8; 32], text: &str) -> Result<(), String>;
    /// The list of this digest, when it is there. The error is for the log.
    fn read(&self, digest: &[u8; 32]) -> Result<Option<String>, String>;
}

/// A shelf that lasts as long as the process.
#[derive(Default)]
struct MemoryShelf(Mutex<BTreeMap<[u8; 32], String>>);

impl ListShelf for MemoryShelf {
    fn keep(&self, digest: &[u8; 32], text: &str) -> Result<(), String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*digest, text.to_owned());
        Ok(())
    }

    fn read(&self, digest: &[u8; 32]) -> Result<Option<String>, String> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned())
    }
}

/// A list that was read.
pub(crate) struct Loaded {
    /// Its version.
    pub(crate) version: u32,
    threshold: u32,
    digest: [u8; 32],
    /// What is on it.
    pub(crate) names: NameList,
}

/// The shelf, and the list that was read last.
pub(crate) struct Lists {
    shelf: Arc<dyn ListShelf>,
    last: Mutex<Option<Arc<Loaded>>>,
    /// Told when somebody could not be looked at.
    again: Notify,
}

impl Default for Lists {
    fn default() -> Lists {
        Lists::on(Arc::new(MemoryShelf::default()))
    }
}

impl Lists {
    /// Lists of this shelf.
    pub(crate) fn on(shelf: Arc<dyn ListShelf>) -> Lists {
        Lists { shelf, last: Mutex::default(), again: Notify::new() }
    }

    /// Somebody could not be looked at: everybody is looked at soon.
    pub(crate) fn look_again(&self) {
        self.again.notify_one();
    }

    /// Waits until somebody could not be looked at.
    pub(crate) async fn must_look_again(&self) {
        self.again.notified().await;
    }

    /// The same shelf for a world that began anew.
    pub(crate) fn begin_anew(&self) -> Lists {
        Lists::on(self.shelf.clone())
    }

    /// Puts a list on the shelf.
    pub(crate) async fn keep(&self, digest: [u8; 32], text: String) -> Result<(), SandboxError> {
        let shelf = self.shelf.clone();
        let kept = tokio::task::spawn_blocking(move || shelf.keep(&digest, &text)).await;
        kept.map_err(SandboxError::broken)?.map_err(SandboxError::broken)
    }

    /// The list of a row: it must be the one that was agreed on. With a world it knows what accounts of addresses are
    /// called.
    async fn load(&self, row: &ScreenList, world: Option<Arc<World>>) -> Result<Arc<Loaded>, SandboxError> {
        let ScreenList { version, digest, threshold, .. } = *row;
        let fits = |loaded: &&Arc<Loaded>| loaded.version == version && loaded.digest == digest;
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(loaded) = last.as_ref().filter(fits) {
            return Ok(loaded.clone());
        }
        let shelf = self.shelf.clone();
        let read = tokio::task::spawn_blocking(move || {
            let text = shelf.read(&digest)?.ok_or("it is not there")?;
            if list_digest(threshold, &text) != digest {
                return Err("it is another one than was agreed on".to_owned());
            }
            let list = NameList::read(&text).map_err(|error| error.to_string())?;
            Ok(match world {
                Some(world) => list.knowing(|name| login_of(&world, name)),
                None => list,
            })
        });
        let names = read.await.map_err(SandboxError::broken)?;
        let names = names.map_err(|error| {
            tracing::error!(version, %error, "the list of names in force cannot be read");
            let message = "names cannot be looked at just now; nothing was changed, try again later";
            SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "list_missing", message)
        })?;
        let loaded = Arc::new(Loaded { version, threshold, digest, names });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded.clone());
        Ok(loaded)
    }
}

/// What the account of an address is called; nothing for what is no address.
fn login_of(world: &World, name: &str) -> Option<String> {
    let address = Address::parse(name)?;
    Some(login_of_address(&world.secrets.person_digest("address", address.as_str())).to_string())
}

/// Who is looked at.
#[derive(Clone, Default)]
pub(crate) struct Person {
    /// The name.
    pub(crate) name: String,
    /// The number of the identity card, when it is known.
    pub(crate) id_number: Option<String>,
    /// Numbers and logins of the account, when those are looked for.
    pub(crate) accounts: Vec<String>,
}

/// The list in force, if any.
pub(crate) async fn in_force(portal: &Portal) -> Result<Option<Arc<Loaded>>, SandboxError> {
    held_now(&portal.door, &portal.lists, Some(portal.world.clone())).await
}

async fn held_now(
    door: &Door,
    lists: &Lists,
    world: Option<Arc<World>>,
) -> Result<Option<Arc<Loaded>>, SandboxError> {
    let view = door.ask(FindScreenList {}).await;
    let view = view.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    match view.list {
        Some(row) => lists.load(&row, world).await.map(Some),
        None => Ok(None),
    }
}

/// Holds names against the list in force, for rooms that know nobody's account: of payees who have a card alone.
pub struct NameWatch {
    door: Door,
    lists: Lists,
}

/// The list in force cannot be read just now; the log says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NamesUnread;

impl std::fmt::Debug for NameWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NameWatch").finish_non_exhaustive()
    }
}

impl NameWatch {
    /// Reads lists from this shelf.
    pub fn new(door: Door, shelf: Arc<dyn ListShelf>) -> NameWatch {
        NameWatch { door, lists: Lists::on(shelf) }
    }

    /// Whether a name is alike to one on the list in force. Nothing is noted: no account goes by it.
    ///
    /// # Errors
    /// The list cannot be read.
    pub async fn finds(&self, name: &str) -> Result<bool, NamesUnread> {
        let Some(list) = held_now(&self.door, &self.lists, None).await.map_err(|_| NamesUnread)? else {
            return Ok(false);
        };
        let person = Person { name: name.to_owned(), ..Person::default() };
        let hits = tokio::task::spawn_blocking(move || hits(&list, &person)).await;
        hits.map(|hits| !hits.is_empty()).map_err(|_| NamesUnread)
    }
}

fn about(what: &str) -> Result<About, SandboxError> {
    Text::new(what).map_err(SandboxError::broken)
}

/// Holds somebody against the list in force, and notes what was found.
pub(crate) async fn look(
    portal: &Portal,
    party: PartyId,
    what: &str,
    person: Person,
) -> Result<ScreenState, SandboxError> {
    look_for(portal, party, None, what, person).await
}

/// As [`look`]; what two operators released at whoever applied for the party alarms no more at the party.
pub(crate) async fn look_for(
    portal: &Portal,
    party: PartyId,
    applicant: Option<PartyId>,
    what: &str,
    person: Person,
) -> Result<ScreenState, SandboxError> {
    let about = about(what)?;
    loop {
        let Some(list) = in_force(portal).await? else { return Ok(ScreenState::Clear) };
        let name = name_digest(portal, &person);
        let (version, held) = (list.version, person.clone());
        let hits = tokio::task::spawn_blocking(move || hits(&list, &held)).await;
        let hits = hits.map_err(SandboxError::broken)?;
        let hits = match applicant {
            Some(applicant) => not_released(portal, applicant, version, &name, hits).await?,
            None => hits,
        };
        let screen = Screen { party, about: about.clone(), version, name, hits };
        match portal.door.ask(screen).await {
            Ok(view) => return Ok(view.state),
            // Another list came into force meanwhile: versions only rise, so this ends.
            Err(CellError::Refused(ScreenRefused::Stale { .. })) => {}
            Err(error) => {
                return Err(SandboxError::of(error, |refused| match refused {
                    ScreenRefused::PartyNotFound => SandboxError::missing("party_not_found", refused),
                    ScreenRefused::Stale { .. } | ScreenRefused::TooMany => SandboxError::broken(refused),
                }));
            }
        }
    }
}

/// The hits without those that were released at somebody under the same version, entry and name.
async fn not_released(
    portal: &Portal,
    at: PartyId,
    version: u32,
    name: &[u8; 16],
    hits: Vec<Hit>,
) -> Result<Vec<Hit>, SandboxError> {
    let mut left = Vec::with_capacity(hits.len());
    for hit in hits {
        let subject = Text::new(&hit_subject(version, &hit.entry, name)).map_err(SandboxError::broken)?;
        let released = match portal.door.ask(FindRiskCase { party: at, subject }).await {
            Ok(case) => case.state == RiskCaseState::Released,
            Err(CellError::Refused(RiskNotFound)) => false,
            Err(error) => return Err(SandboxError::of(error, SandboxError::broken)),
        };
        if !released {
            left.push(hit);
        }
    }
    Ok(left)
}

/// What stands for a name: the same name of another person is another one.
pub(crate) fn name_digest(portal: &Portal, person: &Person) -> [u8; 16] {
    let number = person.id_number.as_deref().unwrap_or_default();
    portal.world.secrets.person_digest("screened", &format!("{}\n{number}", person.name))
}

fn hits(list: &Loaded, person: &Person) -> Vec<Hit> {
    let number = person.id_number.as_deref();
    let birth = number.and_then(|number| {
        Some(format!("{}-{}-{}", number.get(6..10)?, number.get(10..12)?, number.get(12..14)?))
    });
    let accounts: Vec<&str> = person.accounts.iter().map(String::as_str).collect();
    let looked = Looked {
        name: &person.name,
        birth: birth.as_deref(),
        number: number.map(risk::digest),
        accounts: &accounts,
    };
    list.names.look(&looked, list.threshold)
}

/// Where a party stands that is known here: it is looked at once under each list, by the name that it has.
pub(crate) async fn party(portal: &Portal, party: PartyId) -> Result<ScreenState, SandboxError> {
    let Some(list) = in_force(portal).await? else { return Ok(ScreenState::Clear) };
    let row = found(portal, party).await?;
    let person = known_of(portal, &row).await?;
    let name = name_digest(portal, &person);
    let seen = seen(portal, party, ABOUT_PERSON).await?;
    match seen.filter(|seen| holds_still(seen, list.version, &name, row.stop)) {
        Some(seen) => Ok(seen.state),
        None => {
            let applicant = applicant_of(portal, &row).await?;
            look_for(portal, party, applicant, ABOUT_PERSON, person).await
        }
    }
}

/// Whether an earlier look is of this list and this name: a name that was believed while the look of a new list was
/// under way was not held against it. And what that look found stops the balance; before lists did so, it did not.
pub(crate) fn holds_still(seen: &ScreenView, version: u32, name: &[u8; 16], stop: PaymentStop) -> bool {
    let stops = seen.state == ScreenState::Clear || stop.is_listed();
    seen.version == version && seen.name == *name && stops
}

/// Where a party stood at the last look.
pub(crate) async fn seen(
    portal: &Portal,
    party: PartyId,
    what: &str,
) -> Result<Option<ScreenView>, SandboxError> {
    let seen = portal.door.ask(FindScreening { party, about: about(what)? }).await;
    seen.map_err(|error| SandboxError::of(error, |never| match never {}))
}

/// Who applied for a party that is a merchant.
async fn applicant_of(portal: &Portal, row: &Party) -> Result<Option<PartyId>, SandboxError> {
    if row.kind != PartyKind::Merchant {
        return Ok(None);
    }
    match portal.door.ask(FindApplication { login: row.login.clone(), applicant: None }).await {
        Ok(signed) => Ok(Some(signed.applicant).filter(|_| signed.merchant == Some(row.id))),
        Err(CellError::Refused(_)) => Ok(None),
        Err(error) => Err(SandboxError::of(error, SandboxError::broken)),
    }
}

/// The row of a party.
pub(crate) async fn found(portal: &Portal, party: PartyId) -> Result<Arc<Party>, SandboxError> {
    let row = portal.door.ask(FindParty { party }).await;
    row.map_err(|error| SandboxError::of(error, |no| SandboxError::missing("party_not_found", no)))
}

/// Looks at somebody who is new here, or has a new name. Whoever waits for that need not hear of it: what cannot be
/// done now is done soon.
pub(crate) async fn meet(portal: &Portal, new: PartyId) {
    if let Err(error) = party(portal, new).await {
        tracing::warn!(party = %new, ?error, "a party cannot be held against the list yet");
        portal.lists.look_again();
    }
}

/// What is known of a party: what a register believed, else the name that it goes by.
async fn known_of(portal: &Portal, row: &Party) -> Result<Person, SandboxError> {
    let accounts = accounts_of(row);
    let named = match row.kind {
        PartyKind::Person => named(portal, row.id).await?,
        PartyKind::Merchant => None,
    };
    Ok(match named {
        Some(named) => Person { name: named.name, id_number: Some(named.id_number), accounts },
        None => Person { name: row.name.to_string(), id_number: None, accounts },
    })
}

/// Number and login of an account: what entries of accounts are compared with.
pub(crate) async fn accounts(portal: &Portal, party: PartyId) -> Result<Vec<String>, SandboxError> {
    found(portal, party).await.map(|row| accounts_of(&row))
}

fn accounts_of(row: &Party) -> Vec<String> {
    vec![row.id.to_string(), row.login.to_string()]
}

/// What the person hears: not why, and not that there is a list.
pub(crate) fn under_review() -> SandboxError {
    let message = "a person of the platform looks at this first; nothing was changed, try again later";
    SandboxError::new(StatusCode::FORBIDDEN, "under_review", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of the three makes somebody be looked at again.
    #[test]
    fn an_earlier_look_holds_for_its_list_its_name_and_what_it_stopped() {
        use PaymentStop::{List, Nobody, Operator, OperatorList};
        use ScreenState::{Clear, Held, Refused};
        for (state, version, name, stop, holds) in [
            (Clear, 2, 7, Nobody, true),
            (Clear, 1, 7, Nobody, false),
            (Clear, 2, 8, Nobody, false),
            (Held, 2, 7, List, true),
            (Refused, 2, 7, OperatorList, true),
            (Held, 2, 7, Nobody, false),
            (Refused, 2, 7, Operator, false),
        ] {
            let seen = ScreenView { state, version, name: [name; 16] };
            assert_eq!(holds_still(&seen, 2, &[7; 16], stop), holds, "{seen:?} {stop:?}");
        }
    }
}
