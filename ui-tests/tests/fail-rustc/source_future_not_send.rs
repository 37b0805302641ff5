use gatehouse::prelude::*;

fact! {
    pub Level(user: u32) -> u8;
}

struct Store;

impl FactSource<Level> for Store {
    async fn load(&self, _keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        let found = std::rc::Rc::new(Loaded::new());
        std::future::ready(()).await;
        std::rc::Rc::into_inner(found).ok_or_else(|| FactError::safe("in use"))
    }
}

fn main() {
    let _ = Store;
}
