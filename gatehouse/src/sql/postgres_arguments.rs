//! The keys of a load as arguments of PostgreSQL.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgHasArrayType, PgTypeInfo};
use sqlx::{Arguments as _, Encode, Postgres, Type};

use super::keys::Keys;
use super::postgres_rows::{DAYS_TO_2000, MICROSECONDS_TO_2000};
use crate::value::{Kind, Scalar};

/// An array for each part that varies, whose keys are in this order, then each shared part, then the limit of the
/// rows, if there is one.
pub(super) fn arguments(
    keys: &Keys<'_>,
    order: &[usize],
    limit: Option<i64>,
) -> Result<PgArguments, BoxDynError> {
    let mut arguments = PgArguments::default();
    for part in keys.varying() {
        add_array(&mut arguments, keys, order, part)?;
    }
    for part in keys.shared() {
        let scalar = keys.column(part).next().unwrap_or(&Scalar::Null);
        add_one(&mut arguments, keys.parts[part].form.kind, scalar)?;
    }
    limit.map_or(Ok(()), |limit| arguments.add(limit))?;
    Ok(arguments)
}

/// Calls `$then` with what turns a scalar of a kind into an `Option` of the type that is sent.
macro_rules! by_kind {
    ($kind:expr, $then:ident) => {
        match $kind {
            Kind::Bool => $then!(|Scalar::Bool(it)| *it),
            Kind::Int => $then!(|Scalar::Int(it)| *it),
            Kind::Text => $then!(|Scalar::Text(it)| it.as_ref()),
            Kind::Decimal => $then!(|Scalar::Decimal(it)| it.as_ref()),
            Kind::Bytes => $then!(|Scalar::Bytes(it)| it.as_ref()),
            Kind::Uuid => $then!(|Scalar::Uuid(it)| Uuid(*it)),
            Kind::Timestamp => $then!(|Scalar::Timestamp(it)| Timestamp(*it)),
            Kind::LocalTimestamp => $then!(|Scalar::Timestamp(it)| LocalTimestamp(*it)),
            Kind::Date => $then!(|Scalar::Date(it)| Date(*it)),
        }
    };
}

/// Adds a part of all keys.
fn add_array(
    arguments: &mut PgArguments,
    keys: &Keys<'_>,
    order: &[usize],
    part: usize,
) -> Result<(), BoxDynError> {
    macro_rules! add {
        (|$pattern:pat_param| $value:expr) => {{
            let column = order.iter().map(|position| match &keys.cells(*position)[part] {
                $pattern => Some($value),
                _ => None,
            });
            arguments.add(column.collect::<Vec<_>>())
        }};
    }
    by_kind!(keys.parts[part].form.kind, add)
}

/// Adds a part that is the same in all keys.
fn add_one(
    arguments: &mut PgArguments,
    kind: Kind,
    scalar: &Scalar<'_>,
) -> Result<(), BoxDynError> {
    macro_rules! add {
        (|$pattern:pat_param| $value:expr) => {
            arguments.add(match scalar {
                $pattern => Some($value),
                _ => None,
            })
        };
    }
    by_kind!(kind, add)
}

/// Declares a type that is sent and received as a number or bytes of its own: it needs no other crate.
macro_rules! sent {
    ($($(#[$doc:meta])* $name:ident($inner:ty) $oid:literal $array:literal: $bytes:expr;)*) => {$(
        $(#[$doc])*
        struct $name($inner);

        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                PgTypeInfo::with_oid(sqlx::postgres::types::Oid($oid))
            }
        }

        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo {
                PgTypeInfo::with_oid(sqlx::postgres::types::Oid($array))
            }
        }

        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let bytes: fn($inner) -> _ = $bytes;
                buffer.extend_from_slice(&bytes(self.0));
                Ok(IsNull::No)
            }
        }
    )*};
}
sent! {
    /// The bytes of a UUID.
    Uuid([u8; 16]) 2950 2951: |it| it;
    /// Microseconds since 1970.
    Timestamp(i64) 1184 1185: |it| it.saturating_sub(MICROSECONDS_TO_2000).to_be_bytes();
    /// Microseconds since 1970, without a time zone.
    LocalTimestamp(i64) 1114 1115: |it| it.saturating_sub(MICROSECONDS_TO_2000).to_be_bytes();
    /// Days since 1970.
    Date(i32) 1082 1182: |it| it.saturating_sub(DAYS_TO_2000).to_be_bytes();
}
