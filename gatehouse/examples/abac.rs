//! Attribute-based access control: subject, resource and context decide, and no fact is loaded.
//!
//! A gate that loads nothing is asked without async.

use std::net::{IpAddr, Ipv4Addr};

use gatehouse::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clearance {
    Public,
    Internal,
    Secret,
}

pub struct Employee {
    pub clearance: Clearance,
    pub department: &'static str,
    pub on_call: bool,
}

pub struct Report {
    pub classification: Clearance,
    pub department: &'static str,
}

/// The circumstances of a request.
pub struct Circumstances {
    /// Hour of the day, 0 to 23.
    pub hour: u8,
    pub ip: IpAddr,
}

impl Circumstances {
    /// The office is 10.0.0.0/8. A rule may call any function: only loads must stand in its body.
    fn in_the_office(&self) -> bool {
        matches!(self.ip, IpAddr::V4(ip) if ip.octets()[0] == 10)
    }
}

const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3));
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

/// Secrets stay in the office.
#[policy(forbid)]
pub fn secret_outside(_: _, _: _, report: &Report, now: &Circumstances) -> bool {
    report.classification == Clearance::Secret && !now.in_the_office()
}

/// Cleared employees of the department read in working hours.
#[policy]
pub fn cleared(employee: &Employee, _: _, report: &Report, now: &Circumstances) -> bool {
    employee.department == report.department
        && employee.clearance >= report.classification
        && (8..18).contains(&now.hour)
}

/// Who is on call reads what is not secret, at any hour.
#[policy]
pub fn on_call(Employee { on_call: true, .. }: &Employee, report: &Report) -> bool {
    report.classification < Clearance::Secret
}

/// May an employee read a report?
pub struct Reports;

impl Domain for Reports {
    type Subject = Employee;
    type Action = ();
    type Resource = Report;
    type Context = Circumstances;
}

pub static GATE: Gate<Reports, (secret_outside, cleared, on_call)> = Gate::new();

/// The rules need no data.
#[derive(Sources)]
pub struct NoFacts {}

fn main() {
    let ann = Employee { clearance: Clearance::Secret, department: "research", on_call: true };
    let session = Session::new(NoFacts {});
    println!("{:<9} {:>4}  {:<12} decision", "report", "hour", "from");
    for classification in [Clearance::Internal, Clearance::Secret] {
        let report = Report { classification, department: "research" };
        for (hour, ip) in [(10, OFFICE), (23, OFFICE), (10, HOME)] {
            let now = Circumstances { hour, ip };
            let access = GATE.bind(&session, &ann, &()).with_context(&now);
            let kind = format!("{classification:?}");
            let decision = access.check_local(&report);
            println!("{kind:<9} {hour:>4}  {:<12} {decision}", ip.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(employee: &Employee, report: &Report, hour: u8, ip: IpAddr) -> bool {
        let now = Circumstances { hour, ip };
        let session = Session::new(NoFacts {});
        GATE.bind(&session, employee, &()).with_context(&now).check_local(report).is_allow()
    }

    #[test]
    fn attributes_decide() {
        let ann = Employee { clearance: Clearance::Secret, department: "research", on_call: false };
        let secret = Report { classification: Clearance::Secret, department: "research" };
        let sales = Report { classification: Clearance::Public, department: "sales" };
        assert!(may(&ann, &secret, 10, OFFICE));
        assert!(!may(&ann, &secret, 10, HOME), "secrets stay in the office");
        assert!(!may(&ann, &secret, 20, OFFICE), "after hours");
        assert!(!may(&ann, &sales, 10, OFFICE), "another department");
        assert!(may(&Employee { on_call: true, ..ann }, &sales, 20, HOME), "on call");
    }
}
