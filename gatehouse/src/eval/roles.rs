//! What a policy is about: the types of its parameters, which are those of the gate's domain.
//!
//! A bound `D::Resource: ResourceIs<Document, owner, D>` says `D::Resource = Document`, and a message
//! about it says what to write.

use super::stop::Request;
use crate::domain::Domain;

macro_rules! role {
    ($is:ident, $role:ident, $field:ident, $message:tt) => {
        /// The type is `T`, as the policy `A` wants it of the domain `D`.
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "a policy of this gate takes another type",
            note = "a policy takes `(subject)`, `(subject, resource)`, `(subject, action, resource)` or `(subject, action, resource, context)`, each by reference; one that it does not look at is `_: &_`"
        )]
        pub trait $is<T: ?Sized, A, D> {
            /// Itself.
            fn itself(&self) -> &T;
        }

        #[diagnostic::do_not_recommend]
        impl<T: ?Sized, A, D> $is<T, A, D> for T {
            #[inline]
            fn itself(&self) -> &T {
                self
            }
        }

        impl<'r, D: Domain> Request<'r, D> {
            /// What is asked about, as the policy `A` names its type.
            #[inline]
            #[must_use]
            pub fn $field<T: ?Sized, A>(&self) -> &'r T
            where
                D::$role: $is<T, A, D>,
            {
                $is::itself(self.$field)
            }
        }
    };
}

role!(
    SubjectIs,
    Subject,
    subject,
    "the policy `{A}` is about the subject `{T}`, and the subject of `{D}` is `{Self}`"
);
role!(
    ActionIs,
    Action,
    action,
    "the policy `{A}` is about the action `{T}`, and the action of `{D}` is `{Self}`"
);
role!(
    ResourceIs,
    Resource,
    resource,
    "the policy `{A}` is about the resource `{T}`, and the resource of `{D}` is `{Self}`"
);
role!(
    ContextIs,
    Context,
    context,
    "the policy `{A}` is about the context `{T}`, and the context of `{D}` is `{Self}`"
);
