//! The names of domains in telemetry and records.

/// The name of a domain's type, without its modules.
pub(crate) fn domain_name<D: 'static>() -> &'static str {
    without_modules(std::any::type_name::<D>())
}

fn without_modules(name: &'static str) -> &'static str {
    // Type arguments, in `<…>`, have modules of their own.
    let end = name.find('<').unwrap_or(name.len());
    name[..end].rfind("::").map_or(name, |at| &name[at + 2..])
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_domain_is_named_without_its_modules() {
        struct Plain;
        struct Of<T>(std::marker::PhantomData<T>);
        assert_eq!(super::domain_name::<Plain>(), "Plain");
        assert!(super::domain_name::<Of<Plain>>().starts_with("Of<"));
    }
}
