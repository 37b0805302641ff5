//! The types of a policy's parameters, which have to be those of the gate's domain.
//!
//! A bound `D::Resource: ResourceIs<Document, owner, D>` means `D::Resource = Document`, with a message
//! that says what to write.

use super::stop::Request;
use crate::domain::Domain;

macro_rules! role {
    ($is:ident, $role:ident, $field:ident, $message:tt) => {
        /// The type is `T`, which the policy `A` requires of the domain `D`.
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "a policy of this gate takes another type",
            note = "a policy takes `(subject)`, `(subject, resource)`, `(subject, action, resource)` or `(subject, action, resource, context)`, each by reference; one that it does not look at is `_: &_`"
        )]
        pub trait $is<T: ?Sized, A, D> {
            /// The value itself.
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
            /// This part of the request, with the type that the policy `A` names.
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
