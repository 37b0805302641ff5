//! A chain of 100 derived facts, each a round after the one before.
use gatehouse::prelude::*;

fact! {
    pub Direct(user: u32, folder: u32) -> bool = false;
    pub Parent(folder: u32) -> u32;
    pub Sees0(user: u32, folder: u32) -> bool { Direct(user, folder).await }
    pub Sees1(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees0(user, up).await, None => false }
    }
    pub Sees2(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees1(user, up).await, None => false }
    }
    pub Sees3(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees2(user, up).await, None => false }
    }
    pub Sees4(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees3(user, up).await, None => false }
    }
    pub Sees5(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees4(user, up).await, None => false }
    }
    pub Sees6(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees5(user, up).await, None => false }
    }
    pub Sees7(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees6(user, up).await, None => false }
    }
    pub Sees8(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees7(user, up).await, None => false }
    }
    pub Sees9(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees8(user, up).await, None => false }
    }
    pub Sees10(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees9(user, up).await, None => false }
    }
    pub Sees11(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees10(user, up).await, None => false }
    }
    pub Sees12(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees11(user, up).await, None => false }
    }
    pub Sees13(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees12(user, up).await, None => false }
    }
    pub Sees14(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees13(user, up).await, None => false }
    }
    pub Sees15(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees14(user, up).await, None => false }
    }
    pub Sees16(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees15(user, up).await, None => false }
    }
    pub Sees17(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees16(user, up).await, None => false }
    }
    pub Sees18(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees17(user, up).await, None => false }
    }
    pub Sees19(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees18(user, up).await, None => false }
    }
    pub Sees20(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees19(user, up).await, None => false }
    }
    pub Sees21(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees20(user, up).await, None => false }
    }
    pub Sees22(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees21(user, up).await, None => false }
    }
    pub Sees23(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees22(user, up).await, None => false }
    }
    pub Sees24(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees23(user, up).await, None => false }
    }
    pub Sees25(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees24(user, up).await, None => false }
    }
    pub Sees26(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees25(user, up).await, None => false }
    }
    pub Sees27(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees26(user, up).await, None => false }
    }
    pub Sees28(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees27(user, up).await, None => false }
    }
    pub Sees29(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees28(user, up).await, None => false }
    }
    pub Sees30(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees29(user, up).await, None => false }
    }
    pub Sees31(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees30(user, up).await, None => false }
    }
    pub Sees32(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees31(user, up).await, None => false }
    }
    pub Sees33(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees32(user, up).await, None => false }
    }
    pub Sees34(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees33(user, up).await, None => false }
    }
    pub Sees35(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees34(user, up).await, None => false }
    }
    pub Sees36(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees35(user, up).await, None => false }
    }
    pub Sees37(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees36(user, up).await, None => false }
    }
    pub Sees38(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees37(user, up).await, None => false }
    }
    pub Sees39(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees38(user, up).await, None => false }
    }
    pub Sees40(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees39(user, up).await, None => false }
    }
    pub Sees41(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees40(user, up).await, None => false }
    }
    pub Sees42(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees41(user, up).await, None => false }
    }
    pub Sees43(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees42(user, up).await, None => false }
    }
    pub Sees44(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees43(user, up).await, None => false }
    }
    pub Sees45(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees44(user, up).await, None => false }
    }
    pub Sees46(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees45(user, up).await, None => false }
    }
    pub Sees47(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees46(user, up).await, None => false }
    }
    pub Sees48(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees47(user, up).await, None => false }
    }
    pub Sees49(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees48(user, up).await, None => false }
    }
    pub Sees50(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees49(user, up).await, None => false }
    }
    pub Sees51(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees50(user, up).await, None => false }
    }
    pub Sees52(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees51(user, up).await, None => false }
    }
    pub Sees53(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees52(user, up).await, None => false }
    }
    pub Sees54(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees53(user, up).await, None => false }
    }
    pub Sees55(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees54(user, up).await, None => false }
    }
    pub Sees56(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees55(user, up).await, None => false }
    }
    pub Sees57(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees56(user, up).await, None => false }
    }
    pub Sees58(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees57(user, up).await, None => false }
    }
    pub Sees59(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees58(user, up).await, None => false }
    }
    pub Sees60(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees59(user, up).await, None => false }
    }
    pub Sees61(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees60(user, up).await, None => false }
    }
    pub Sees62(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees61(user, up).await, None => false }
    }
    pub Sees63(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees62(user, up).await, None => false }
    }
    pub Sees64(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees63(user, up).await, None => false }
    }
    pub Sees65(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees64(user, up).await, None => false }
    }
    pub Sees66(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees65(user, up).await, None => false }
    }
    pub Sees67(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees66(user, up).await, None => false }
    }
    pub Sees68(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees67(user, up).await, None => false }
    }
    pub Sees69(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees68(user, up).await, None => false }
    }
    pub Sees70(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees69(user, up).await, None => false }
    }
    pub Sees71(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees70(user, up).await, None => false }
    }
    pub Sees72(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees71(user, up).await, None => false }
    }
    pub Sees73(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees72(user, up).await, None => false }
    }
    pub Sees74(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees73(user, up).await, None => false }
    }
    pub Sees75(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees74(user, up).await, None => false }
    }
    pub Sees76(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees75(user, up).await, None => false }
    }
    pub Sees77(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees76(user, up).await, None => false }
    }
    pub Sees78(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees77(user, up).await, None => false }
    }
    pub Sees79(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees78(user, up).await, None => false }
    }
    pub Sees80(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees79(user, up).await, None => false }
    }
    pub Sees81(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees80(user, up).await, None => false }
    }
    pub Sees82(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees81(user, up).await, None => false }
    }
    pub Sees83(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees82(user, up).await, None => false }
    }
    pub Sees84(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees83(user, up).await, None => false }
    }
    pub Sees85(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees84(user, up).await, None => false }
    }
    pub Sees86(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees85(user, up).await, None => false }
    }
    pub Sees87(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees86(user, up).await, None => false }
    }
    pub Sees88(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees87(user, up).await, None => false }
    }
    pub Sees89(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees88(user, up).await, None => false }
    }
    pub Sees90(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees89(user, up).await, None => false }
    }
    pub Sees91(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees90(user, up).await, None => false }
    }
    pub Sees92(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees91(user, up).await, None => false }
    }
    pub Sees93(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees92(user, up).await, None => false }
    }
    pub Sees94(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees93(user, up).await, None => false }
    }
    pub Sees95(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees94(user, up).await, None => false }
    }
    pub Sees96(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees95(user, up).await, None => false }
    }
    pub Sees97(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees96(user, up).await, None => false }
    }
    pub Sees98(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees97(user, up).await, None => false }
    }
    pub Sees99(user: u32, folder: u32) -> bool {
        Direct(user, folder).await
            || user != 0 && match Parent(folder).await { Some(up) => Sees98(user, up).await, None => false }
    }
}
