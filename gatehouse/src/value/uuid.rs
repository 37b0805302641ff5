//! The values of the crate `uuid`.

use ::uuid::Uuid;

use super::misfit::Misfit;
use super::scalar::{Form, Kind, Scalar};
use super::traits::Value;

impl Value for Uuid {
    const FORM: Form = Form::new(Kind::Uuid);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Uuid(self.into_bytes()))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        match stored {
            Scalar::Uuid(bytes) => Ok(Self::from_bytes(bytes)),
            // SQLite has no UUIDs.
            Scalar::Bytes(bytes) => Self::from_slice(&bytes)
                .map_err(|_| Misfit::new("bytes are no UUID: there are not 16 of them")),
            other => Err(Misfit::kind(&other, "a UUID")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_its_bytes() {
        let (bytes, uuid) = ([7; 16], Uuid::from_bytes([7; 16]));
        assert_eq!(uuid.encode(), Ok(Scalar::Uuid(bytes)));
        assert_eq!(Uuid::decode(Scalar::Uuid(bytes)), Ok(uuid));
        assert_eq!(Uuid::decode(Scalar::Bytes(bytes.as_slice().into())), Ok(uuid));
    }

    #[test]
    fn what_is_no_uuid_is_an_error() {
        for length in [0, 15, 17, 32, 36] {
            assert!(Uuid::decode(Scalar::Bytes(vec![7; length].into())).is_err(), "{length}");
        }
        let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        assert!(Uuid::decode(Scalar::Text(text.into())).is_err());
        assert!(Uuid::decode(Scalar::Null).unwrap_err().is_null());
    }

    #[cfg(not(loom))]
    #[test]
    fn uuids_keep_the_laws() {
        use proptest::prelude::{Strategy, any};

        use super::super::laws;

        laws::check_random(any::<[u8; 16]>().prop_map(Uuid::from_bytes), |it| it);
    }
}
