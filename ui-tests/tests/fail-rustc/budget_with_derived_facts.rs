use gatehouse::prelude::*;

fact! {
    pub Team(user: u32) -> u32;
    pub Trusted(team: u32) -> bool = false;
    pub InTrustedTeam(user: u32) -> bool {
        match Team(user).await {
            Some(team) => Trusted(team).await,
            None => false,
        }
    }
    pub Parent(folder: u32) -> u32;
    pub Grant(user: u32, folder: u32) -> bool = false;
    pub Viewer(user: u32, folder: u32) -> bool {
        Grant(user, folder).await
            || match Parent(folder).await {
                Some(above) => Viewer(user, above).await,
                None => false,
            }
    }
}

#[policy(rounds = 1)]
pub async fn trusted(user: &u32) -> bool {
    InTrustedTeam(*user).await
}

#[policy(rounds = 3)]
pub async fn viewer(user: &u32, folder: &u32) -> bool {
    *user == 1 || Viewer(*user, *folder).await
}

fn main() {}
