//! A question to a gate without the types of its domain, as observers describe it.

use super::domain_name::domain_name;
use crate::domain::{Description, Domain, Question};

/// A question of any domain, without its resource.
#[cfg_attr(
    not(all(feature = "tracing", feature = "metrics", feature = "records")),
    allow(dead_code, reason = "each observer asks for its part")
)]
pub(crate) trait AnyQuestion {
    /// The name of the domain.
    fn domain(&self) -> &'static str;

    /// The descriptions of the subject, the action and the context.
    fn describe(&self) -> DescribedQuestion;
}

/// The descriptions of a question in the audit log.
#[cfg_attr(not(feature = "records"), allow(dead_code, reason = "records have them"))]
pub(crate) struct DescribedQuestion {
    pub(crate) subject: Description,
    pub(crate) action: Description,
    pub(crate) context: Description,
}

impl<D: Domain> AnyQuestion for Question<'_, D> {
    fn domain(&self) -> &'static str {
        domain_name::<D>()
    }

    fn describe(&self) -> DescribedQuestion {
        DescribedQuestion {
            subject: D::describe_subject(self.subject),
            action: D::describe_action(self.action),
            context: D::describe_context(self.context),
        }
    }
}
