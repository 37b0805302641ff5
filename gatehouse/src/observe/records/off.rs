//! Nothing is recorded: stands in for the real thing in builds without the feature `records`.
#![allow(clippy::unused_self, reason = "the same shape as with the feature")]

use std::marker::PhantomData;

use crate::decision::Decision;
use crate::domain::{Domain, Question};
use crate::explanation::ConsultedFact;
use crate::session::Session;
use crate::session::Sources;

pub(crate) struct Recording<'s>(PhantomData<&'s ()>);

pub(crate) struct Page<'s>(PhantomData<&'s ()>);

impl<'s> Recording<'s> {
    #[inline]
    pub(crate) fn is_wanted<P: Sources>(_session: &Session<P>) -> bool {
        false
    }

    pub(crate) fn begin<P: Sources>(_session: &'s Session<P>) -> Self {
        Self(PhantomData)
    }

    pub(crate) fn notes_facts(&self) -> bool {
        false
    }

    pub(crate) fn end<D: Domain>(
        self,
        _asked: &Question<'_, D>,
        _items: usize,
        _took: (usize, usize),
    ) -> Page<'s> {
        Page(self.0)
    }
}

impl Page<'_> {
    pub(crate) fn is_recorded(&self) -> bool {
        false
    }

    pub(crate) fn record<'i, D: Domain>(
        &self,
        _first: usize,
        _decisions: &[Option<Decision>],
        _resource: impl Fn(usize) -> &'i D::Resource,
        _facts: impl FnMut(usize) -> Vec<ConsultedFact>,
    ) where
        D::Resource: 'i,
    {
    }
}
