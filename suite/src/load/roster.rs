//! The duty roster of the demo province: somebody of each rung of the ladder has a name from the first minute on.

use f0_tracker::seed::Shift;
use shared::access::{AreaScope, Role};
use shared::ids::AccountId;
use shared::time::{Instant, days, hours};
use shared_web::platform::Platform;

use super::accounts::Ids;
use crate::demo::{NURSE_WARD, PROVINCE};

/// So many days are on the roster, today among them.
const DAYS: i64 = 14;

/// Two doctors by day and one by night, the nurse of a station by day, an officer at all hours.
fn shifts(accounts: &Ids, morning: Instant) -> impl Iterator<Item = Shift> {
    let [one, other] = accounts.doctors;
    let (nurse, officer) = (accounts.nurse, accounts.officer);
    let (province, ward) = (AreaScope::from_code(PROVINCE), AreaScope::from_code(NURSE_WARD));
    // The night before belongs to the first day: whoever starts the demo before seven finds a doctor on duty.
    (-1..DAYS).flat_map(move |day| {
        let from = morning.plus(days(day));
        let by_night = if day % 2 == 0 { one } else { other };
        let shift = |account: AccountId, role, area: &Option<AreaScope>, after: i64, long: i64| {
            let from = from.plus(hours(after));
            Some(Shift { account, role, area: area.clone()?, from, to: from.plus(hours(long)) })
        };
        let of_day = [
            shift(one, Role::Doctor, &province, 0, 12),
            shift(other, Role::Doctor, &province, 0, 12),
            shift(by_night, Role::Doctor, &province, 12, 12),
            shift(nurse, Role::Nurse, &ward, 0, 10),
            shift(officer, Role::Officer, &province, 0, 24),
        ];
        of_day.into_iter().flatten()
    })
}

/// Puts two weeks on the roster, from seven in the morning on.
pub(super) async fn write(platform: &Platform, accounts: &Ids) -> anyhow::Result<()> {
    let app = f0_tracker::App::new(platform);
    let today = platform.now().local_date();
    let morning = Instant::start_of(today).plus(hours(7));
    f0_tracker::seed::roster(&app, shifts(accounts, morning)).await?;
    Ok(())
}
