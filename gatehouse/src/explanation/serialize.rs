//! How policies and decisions serialise inside an explanation.

use serde::ser::SerializeStruct;

use crate::decision::Decision;
use crate::plan::PolicyInfo;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(super) fn policy<S: serde::Serializer>(
    policy: &&'static PolicyInfo,
    to: S,
) -> Result<S::Ok, S::Error> {
    let mut fields = to.serialize_struct("Policy", 4)?;
    fields.serialize_field("name", policy.name)?;
    fields.serialize_field("effect", &policy.effect)?;
    fields.serialize_field("docs", policy.docs)?;
    fields.serialize_field("location", &policy.location)?;
    fields.end()
}

pub(super) fn decision<S: serde::Serializer>(
    decision: &Decision,
    to: S,
) -> Result<S::Ok, S::Error> {
    let mut fields = to.serialize_struct("Decision", 3)?;
    fields.serialize_field("outcome", decision.as_str())?;
    fields.serialize_field("by", &decision.by().map(|policy| policy.name))?;
    fields.serialize_field("text", &decision.to_string())?;
    fields.end()
}
