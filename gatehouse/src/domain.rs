//! How a domain names its parts in what is written down about a decision.

use std::borrow::Cow;
use std::fmt;

/// What the audit log says of a subject, an action, a resource or a context: nothing, unless the
/// [`Domain`](crate::Domain) says it.
///
/// Made from a text, or of anything that can be displayed.
///
/// ```
/// use gatehouse::Description;
///
/// assert_eq!(Description::from("edit").as_str(), Some("edit"));
/// assert_eq!(Description::of(7).as_str(), Some("7"));
/// assert_eq!(Description::nothing().as_str(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Description(Option<Cow<'static, str>>);

impl Description {
    /// Says nothing: what a domain says unless it says more.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(None)
    }

    /// Says what `what` displays.
    #[must_use]
    pub fn of(what: impl fmt::Display) -> Self {
        what.to_string().into()
    }

    /// The text, if there is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl From<&'static str> for Description {
    fn from(text: &'static str) -> Self {
        Self(Some(text.into()))
    }
}

impl From<String> for Description {
    fn from(mut text: String) -> Self {
        // What is kept in a queue is counted by its length.
        text.shrink_to_fit();
        Self(Some(text.into()))
    }
}

/// What a gate decides about: who does what to which thing, under which circumstances.
///
/// ```
/// use gatehouse::prelude::*;
/// # pub struct User; pub enum Action { Read } pub struct Document;
/// /// May a user do an action to a document?
/// pub struct Documents;
/// impl Domain for Documents {
///     type Subject = User;
///     type Action = Action;
///     type Resource = Document;
///     type Context = ();
/// }
/// ```
///
/// The functions say how its parts are named in what is written down about a decision. Each says
/// nothing unless you write it, so that no personal data goes anywhere by accident; none has a part
/// in a decision.
///
/// ```
/// use gatehouse::{Description, prelude::*};
/// # pub struct User { id: u64 } pub struct Document { id: u64 }
/// # #[derive(Debug)] pub enum Action { Read }
/// # pub struct Documents;
/// impl Domain for Documents {
///     type Subject = User;
///     type Action = Action;
///     type Resource = Document;
///     type Context = ();
///
///     fn describe_subject(user: &User) -> Description {
///         Description::of(user.id)
///     }
///
///     fn describe_action(action: &Action) -> Description {
///         match action {
///             Action::Read => "read".into(),
///         }
///     }
///
///     fn describe_resource(doc: &Document) -> Description {
///         format!("document {}", doc.id).into()
///     }
/// }
/// # assert_eq!(Documents::describe_resource(&Document { id: 1 }).as_str(), Some("document 1"));
/// # assert_eq!(Documents::describe_context(&()).as_str(), None);
/// ```
pub trait Domain: 'static {
    /// Who asks.
    type Subject: ?Sized + Sync;
    /// What they want to do.
    type Action: ?Sized + Sync;
    /// To what.
    type Resource: ?Sized + Sync;
    /// What else counts: the time, the address, the device. `()` if nothing does.
    type Context: ?Sized + Sync;

    /// How the audit log names who asks; once per evaluation.
    #[must_use]
    fn describe_subject(_subject: &Self::Subject) -> Description {
        Description::nothing()
    }

    /// How the audit log names what they want to do; once per evaluation.
    #[must_use]
    fn describe_action(_action: &Self::Action) -> Description {
        Description::nothing()
    }

    /// How the audit log names to what; once per resource, so keep it cheap.
    #[must_use]
    fn describe_resource(_resource: &Self::Resource) -> Description {
        Description::nothing()
    }

    /// What the audit log says of what else counts; once per evaluation.
    #[must_use]
    fn describe_context(_context: &Self::Context) -> Description {
        Description::nothing()
    }
}

/// Who asks for what, of any resource.
#[cfg_attr(not(feature = "records"), allow(dead_code, reason = "only records name them"))]
pub(crate) struct Question<'q, D: Domain> {
    pub(crate) subject: &'q D::Subject,
    pub(crate) action: &'q D::Action,
    pub(crate) context: &'q D::Context,
}
