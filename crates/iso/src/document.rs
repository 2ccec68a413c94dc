//! Reading strictly: bounded, of one name space, without document types and so without entities of its own, each member
//! that may stand once standing once.

use crate::tags::Tags;
use crate::word::{AccountId, Name, named};
use base::{Day, Text};
use money::{AmountError, Currency, Money, parse_amount};
use roxmltree::{Document, Node, ParsingOptions};

/// Largest message that is read. A movement has some six hundred bytes.
pub const FILE_BYTES_MAX: usize = 16 << 20;
/// Most nodes of a message: elements, texts and remarks.
const NODES_MAX: u32 = 1_000_000;
/// Most name spaces that a message declares. Banks declare two; reading looks through all of them for each element.
const NAMESPACES_MAX: usize = 16;
/// Most attributes of a message, told by the signs of equality in its tags. A movement has three; reading compares each
/// attribute of an element with each other.
const EQUALS_MAX: usize = 200_000;
/// Most entries, payments or details of one message.
pub(crate) const PARTS_MAX: usize = 20_000;

/// Why a message is refused. The first that holds is the one reported; nothing of a refused message takes effect.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// Larger than [`FILE_BYTES_MAX`], or of more elements, attributes or name spaces than any bank sends.
    #[error("the message is larger than any that a bank sends")]
    TooLarge,
    /// Not UTF-8.
    #[error("the message is no text in UTF-8")]
    NotText,
    /// It has a document type, with which entities could be defined: an attack, or no message of a bank.
    #[error("the message has a document type; messages of banks have none")]
    DocumentType,
    /// Not well-formed, or cut off.
    #[error("the XML is not well-formed, or was cut off")]
    Malformed,
    /// Another message, or another version.
    #[error("this is not {0}")]
    OtherMessage(&'static str),
    /// An element or attribute that the message's name space does not have.
    #[error("an element is of another name space than the message")]
    Foreign,
    /// A member that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A member stands twice that stands once.
    #[error("{0} stands twice")]
    Twice(&'static str),
    /// A member has a value that it cannot have.
    #[error("{0} is wrong")]
    Wrong(&'static str),
    /// An amount is zero or below: the direction says where money went.
    #[error("{0} is not above zero")]
    NotPositive(&'static str),
    /// An amount is in another currency than what it is a part of.
    #[error("{0} is in another currency")]
    Currency(&'static str),
    /// The parts of an entry are not the entry, or the entries are not the change of the balance.
    #[error("{0} is not the sum of its parts")]
    Sum(&'static str),
}

/// One version of one message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Message {
    name: &'static str,
    namespace: &'static str,
    body: &'static str,
}

impl Message {
    pub(crate) const INITIATION: Message = Message {
        name: "pain.001.001.09",
        namespace: "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
        body: "CstmrCdtTrfInitn",
    };
    pub(crate) const STATUS_REPORT: Message = Message {
        name: "pain.002.001.10",
        namespace: "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10",
        body: "CstmrPmtStsRpt",
    };
    pub(crate) const STATEMENT: Message = Message {
        name: "camt.053.001.08",
        namespace: "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
        body: "BkToCstmrStmt",
    };
    pub(crate) const NOTIFICATION: Message = Message {
        name: "camt.054.001.08",
        namespace: "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08",
        body: "BkToCstmrDbtCdtNtfctn",
    };

    pub(crate) const fn name(self) -> &'static str {
        self.name
    }

    pub(crate) const fn namespace(self) -> &'static str {
        self.namespace
    }

    pub(crate) const fn body(self) -> &'static str {
        self.body
    }

    /// Opens a text as this message and hands the element below `Document` on.
    pub(crate) fn read<T>(
        self,
        bytes: &[u8],
        reading: impl FnOnce(Node<'_, '_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(ReadError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ReadError::NotText)?;
        // In tags alone: what strangers write into the notes of their payments refuses no message.
        let (mut equals, mut spaces) = (0, 0);
        for tag in Tags::of(text) {
            equals += tag.bytes().filter(|byte| *byte == b'=').count();
            spaces += tag.matches("xmlns").count();
        }
        if equals > EQUALS_MAX || spaces > NAMESPACES_MAX {
            return Err(ReadError::TooLarge);
        }
        let options =
            ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).map_err(|error| match error {
            roxmltree::Error::DtdDetected => ReadError::DocumentType,
            roxmltree::Error::NodesLimitReached => ReadError::TooLarge,
            _ => ReadError::Malformed,
        })?;
        let root = document.root_element();
        if root.tag_name().name() != "Document" || root.tag_name().namespace() != Some(self.namespace) {
            return Err(ReadError::OtherMessage(self.name));
        }
        let mut elements = root.descendants().filter(Node::is_element);
        if elements.any(|element| element.tag_name().namespace() != Some(self.namespace)) {
            return Err(ReadError::Foreign);
        }
        reading(must(root, self.body)?)
    }
}

/// All children of this name.
pub(crate) fn all<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> + use<'a, 'input> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The child of this name, if there is one; there is never more than one.
pub(crate) fn one<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> Result<Option<Node<'a, 'input>>, ReadError> {
    let mut found = all(node, name);
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(ReadError::Twice(name)),
    }
}

/// The child of this name.
pub(crate) fn must<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> Result<Node<'a, 'input>, ReadError> {
    one(node, name)?.ok_or(ReadError::Missing(name))
}

/// What lies down a path of single children, if all of it is there.
pub(crate) fn down<'a, 'input>(
    node: Node<'a, 'input>,
    path: &[&'static str],
) -> Result<Option<Node<'a, 'input>>, ReadError> {
    let mut found = Some(node);
    for name in path {
        found = found.map_or(Ok(None), |node| one(node, name))?;
    }
    Ok(found)
}

/// The text of a leaf, without the space around it; an element inside is refused by not being text.
pub(crate) fn text(node: Node<'_, '_>, name: &'static str) -> Result<String, ReadError> {
    if node.children().any(|child| child.is_element()) {
        return Err(ReadError::Wrong(name));
    }
    let parts = node.children().filter_map(|child| child.is_text().then(|| child.text()).flatten());
    Ok(parts.collect::<String>().trim().to_owned())
}

/// The bounded text down a path, if it is there; empty or too long is wrong.
pub(crate) fn maybe<const N: usize>(
    node: Node<'_, '_>,
    path: &[&'static str],
    name: &'static str,
) -> Result<Option<Text<N>>, ReadError> {
    let Some(leaf) = down(node, path)? else { return Ok(None) };
    named(&text(leaf, name)?).map(Some).ok_or(ReadError::Wrong(name))
}

/// The bounded text down a path, in a member that strangers or banks may leave blank: a blank one is none.
pub(crate) fn filled<const N: usize>(
    node: Node<'_, '_>,
    path: &[&'static str],
    name: &'static str,
) -> Result<Option<Text<N>>, ReadError> {
    let Some(leaf) = down(node, path)? else { return Ok(None) };
    if text(leaf, name)?.is_empty() { Ok(None) } else { maybe(node, path, name) }
}

/// The bounded text down a path.
pub(crate) fn required<const N: usize>(
    node: Node<'_, '_>,
    path: &[&'static str],
    name: &'static str,
) -> Result<Text<N>, ReadError> {
    maybe(node, path, name)?.ok_or(ReadError::Missing(name))
}

/// An amount with its currency, zero or above. A sign is refused by its own name.
pub(crate) fn amount(node: Node<'_, '_>, name: &'static str) -> Result<Money, ReadError> {
    let code = node.attribute("Ccy").ok_or(ReadError::Missing("Ccy"))?;
    let currency = Currency::from_code(code).ok_or(ReadError::Wrong("Ccy"))?;
    let text = text(node, name)?;
    if text.starts_with('-') {
        return Err(ReadError::NotPositive(name));
    }
    // Banks may write more decimals than the currency has, as long as they are zeros.
    let digits = match text.split_once('.') {
        Some((whole, part)) => {
            let kept = part.trim_end_matches('0');
            if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") }
        }
        None => text,
    };
    parse_amount(&digits, currency).map_err(|error| match error {
        AmountError::NotDecimal | AmountError::TooPrecise | AmountError::TooLarge => ReadError::Wrong(name),
    })
}

/// An amount above zero.
pub(crate) fn positive(node: Node<'_, '_>, name: &'static str) -> Result<Money, ReadError> {
    let amount = amount(node, name)?;
    if amount.is_zero() { Err(ReadError::NotPositive(name)) } else { Ok(amount) }
}

/// Whether money came in.
pub(crate) fn is_credit(node: Node<'_, '_>) -> Result<bool, ReadError> {
    match text(must(node, "CdtDbtInd")?, "CdtDbtInd")?.as_str() {
        "CRDT" => Ok(true),
        "DBIT" => Ok(false),
        _ => Err(ReadError::Wrong("CdtDbtInd")),
    }
}

/// A day that is given as a day or as a moment: as the bank's own calendar writes it.
pub(crate) fn day(node: Node<'_, '_>, name: &'static str) -> Result<Day, ReadError> {
    let wrong = ReadError::Wrong(name);
    match (one(node, "Dt")?, one(node, "DtTm")?) {
        (Some(day), None) => text(day, name)?.parse().map_err(|_| wrong),
        (None, Some(moment)) => {
            let moment = text(moment, name)?;
            let date = moment.get(..10).filter(|_| moment.get(10..11) == Some("T"));
            date.and_then(|date| date.parse().ok()).ok_or(wrong)
        }
        (None, None) | (Some(_), Some(_)) => Err(wrong),
    }
}

/// The number of the account that a statement or notification is of.
pub(crate) fn account_id(node: Node<'_, '_>) -> Result<AccountId, ReadError> {
    let id = must(must(node, "Acct")?, "Id")?;
    let number = match (one(id, "IBAN")?, down(id, &["Othr", "Id"])?) {
        (Some(iban), None) => AccountId::iban(&text(iban, "IBAN")?),
        (None, Some(other)) => AccountId::other(&text(other, "Acct")?),
        (None, None) | (Some(_), Some(_)) => None,
    };
    number.ok_or(ReadError::Wrong("Acct"))
}

/// That account with its currency and its owner, as far as they are told.
pub(crate) fn account(node: Node<'_, '_>) -> Result<(AccountId, Option<Currency>, Option<Name>), ReadError> {
    let account = must(node, "Acct")?;
    let currency = match one(account, "Ccy")? {
        Some(code) => Some(Currency::from_code(&text(code, "Ccy")?).ok_or(ReadError::Wrong("Ccy"))?),
        None => None,
    };
    Ok((account_id(node)?, currency, maybe(account, &["Ownr", "Nm"], "Nm")?))
}
