use gatehouse::prelude::*;

fact! {
    pub Open(folder: u32) -> bool = false;
    pub Shut(folder: u32) -> bool {
        !Open(folder).await
    }
}

struct Store;

impl FactSource<Shut> for Store {
    async fn load(&self, _: &[Shut]) -> Result<Loaded<Shut>, FactError> {
        Ok(Loaded::new())
    }
}

fn main() {
    let _ = Store;
}
