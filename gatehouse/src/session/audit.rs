//! Where the decisions on a session are recorded.

use super::handle::Session;
use super::storage::Sources;
use crate::observe::records::AuditContext;
#[cfg(feature = "records")]
use crate::observe::records::Recorder;
#[cfg(feature = "records")]
use std::sync::Arc;

impl<P: Sources> Session<P> {
    /// The recorder and the names of the session in records, if anything records or names it.
    #[inline]
    #[cfg_attr(
        not(feature = "records"),
        allow(clippy::unused_self, reason = "the same shape as with the feature")
    )]
    pub(crate) fn audit_context(&self) -> Option<&AuditContext> {
        #[cfg(feature = "records")]
        return self.audit.as_deref();
        #[cfg(not(feature = "records"))]
        None
    }

    /// Records every decision on this session, described as its [`Domain`](crate::Domain) describes it.
    ///
    /// It holds for this handle, and for clones that are made from it later. A session without a recorder pays
    /// nothing. [`Recorder`] has an example.
    #[cfg(feature = "records")]
    #[must_use]
    pub fn with_recorder(mut self, recorder: &Recorder) -> Self {
        self.audit_context_mut().set_recorder(recorder);
        self
    }

    /// Sets the trace that the request belongs to, which the records of this session name. Like
    /// [`with_recorder`](Self::with_recorder), it holds for this handle and for clones that are made from it
    /// later.
    #[cfg(feature = "records")]
    #[must_use]
    pub fn with_trace_id(mut self, trace: impl Into<Arc<str>>) -> Self {
        self.audit_context_mut().set_trace(trace.into());
        self
    }

    #[cfg(feature = "records")]
    fn audit_context_mut(&mut self) -> &mut AuditContext {
        Arc::make_mut(self.audit.get_or_insert_with(|| Arc::new(AuditContext::new())))
    }
}
