//! Domains: the types that a gate decides about, and their descriptions for the audit log.

use std::borrow::Cow;
use std::fmt;

/// The description of a subject, an action, a resource or a context in the audit log. It is empty unless
/// the [`Domain`](crate::Domain) provides a text.
///
/// It is made from a text, or from any value with `Display`.
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
    /// The empty description, which is the default.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(None)
    }

    /// The `Display` of `value`.
    #[must_use]
    pub fn of(value: impl fmt::Display) -> Self {
        value.to_string().into()
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
        // The queue of records counts the length of a text, and not its capacity.
        text.shrink_to_fit();
        Self(Some(text.into()))
    }
}

/// The types of a question to a gate: who does what to which resource, in which context.
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
/// The functions describe the parts of a question in decision records. The defaults are empty, so that no
/// personal data is written by accident. No decision depends on a description.
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
    /// The type of whoever asks for access.
    type Subject: ?Sized + Sync;
    /// The type of what they want to do.
    type Action: ?Sized + Sync;
    /// The type of what they want to do it to.
    type Resource: ?Sized + Sync;
    /// The type of everything else that rules depend on: the time, the address, the device; `()` for nothing.
    type Context: ?Sized + Sync;

    /// The description of the subject in the audit log; called once per evaluation.
    #[must_use]
    fn describe_subject(_subject: &Self::Subject) -> Description {
        Description::nothing()
    }

    /// The description of the action in the audit log; called once per evaluation.
    #[must_use]
    fn describe_action(_action: &Self::Action) -> Description {
        Description::nothing()
    }

    /// The description of a resource in the audit log; called once per resource, so keep it cheap.
    #[must_use]
    fn describe_resource(_resource: &Self::Resource) -> Description {
        Description::nothing()
    }

    /// The description of the context in the audit log; called once per evaluation.
    #[must_use]
    fn describe_context(_context: &Self::Context) -> Description {
        Description::nothing()
    }
}

/// A question to a gate, without its resource.
pub(crate) struct Question<'q, D: Domain> {
    pub(crate) subject: &'q D::Subject,
    pub(crate) action: &'q D::Action,
    pub(crate) context: &'q D::Context,
}
