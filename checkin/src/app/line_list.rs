//! The line list of a case for spreadsheets: one line for each exposure. Each carries the name of who took it out and
//! when, and the audit log has a line of the same mark.

use std::collections::HashMap;

use serde_json::json;
use shared::area;
use shared::bilingual::Lang;
use shared::ids::{CaseId, PersonId, PlaceId, uuid_v7};
use shared::person::Person;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::caller::Caller;
use shared_web::sheet::{self, SheetError, Table};

use super::cluster::{self, Cluster, ExposureView};
use super::odd_visits::ClockView;
use crate::{App, SERVICE};

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum LineListError {
    /// The file could not be written.
    #[error("the file cannot be written")]
    Sheet(#[from] SheetError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

const COLUMNS: [(&str, &str); 20] = [
    ("Họ và tên", "Full name"),
    ("Năm sinh", "Year of birth"),
    ("Điện thoại", "Phone"),
    ("Xã phường nơi ở", "Ward of residence"),
    ("Địa điểm", "Place"),
    ("Mã địa điểm", "Place code"),
    ("Địa chỉ", "Address"),
    ("Ngày", "Day"),
    ("Mức tiếp xúc", "Level"),
    ("Số phút chung", "Minutes in common"),
    ("Giờ giả định", "Assumed times"),
    ("Cùng nhà", "Household"),
    ("Đã báo lúc", "Told at"),
    ("Kênh", "Channel"),
    ("Người báo", "Told by"),
    ("Dấu hiệu bất thường", "Marks"),
    ("Giờ theo máy", "Time by the phone"),
    ("Giờ đã chỉnh", "Time as corrected"),
    ("Nhận lúc", "Received at"),
    ("Người xuất", "Exported by"),
];

/// The list of a case as a file, of those alone whom nobody has told where `untold`; `None` where there is no such case in
/// the caller's area.
///
/// # Errors
/// [`LineListError`] says why not.
pub async fn line_list(
    app: &App,
    caller: &Caller,
    case_id: CaseId,
    untold: bool,
    table: Table,
) -> Result<Option<Vec<u8>>, LineListError> {
    let now = app.platform.now();
    let Some((mut cluster, people)) = cluster::cluster(app, caller, case_id, true).await? else { return Ok(None) };
    cluster.exposures.retain(|exposure| !untold || exposure.is_untold());
    let export = uuid_v7(now, &mut app.platform.random());
    let username = caller.account().map(|account| account.username.as_str()).unwrap_or_default();
    let watermark = format!("{username} {now} {export}");
    let mut tx = app.store.write().await?;
    let detail = json!({"export": export, "lines": cluster.exposures.len(), "untold": untold});
    let entry = caller.audit(SERVICE, "exposures.export", Some(format!("case:{case_id}")), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    let lines = lines(&cluster, &people, &watermark);
    let header = COLUMNS.map(|(vi, en)| if caller.lang() == Lang::Vi { vi } else { en });
    Ok(Some(sheet::write(table, &header, &lines, &watermark)?))
}

fn lines(cluster: &Cluster, people: &HashMap<PersonId, Person>, watermark: &str) -> Vec<[String; 20]> {
    let venues: HashMap<PlaceId, _> = cluster.venues.iter().map(|venue| (venue.place.id, &venue.place)).collect();
    let line = |exposure: &ExposureView| {
        let (person, place) = (people.get(&exposure.person_id), venues.get(&exposure.venue_id));
        let ward = person.and_then(|person| area::ward_any(person.ward_code.as_ref()?.as_str()));
        let times = |time: fn(&ClockView) -> Instant| {
            exposure.odd.clocks.iter().map(|clock| time(clock).to_string()).collect::<Vec<_>>().join(" ")
        };
        let yes = |yes: bool| if yes { "x".to_owned() } else { String::new() };
        [
            person.map(|person| person.full_name.to_string()).unwrap_or_default(),
            person.and_then(|person| person.birth).map(|birth| birth.year().to_string()).unwrap_or_default(),
            person.and_then(|person| person.phone.as_ref()).map(|phone| phone.national()).unwrap_or_default(),
            ward.map(area::Unit::label).unwrap_or_default(),
            place.map(|place| place.name.clone()).unwrap_or_default(),
            place.map(|place| place.code.to_string()).unwrap_or_default(),
            place.map(|place| place.address.clone()).unwrap_or_default(),
            exposure.day.to_string(),
            exposure.level.code().to_owned(),
            exposure.overlap_minutes.to_string(),
            yes(exposure.assumed),
            yes(exposure.household),
            exposure.notified.notified_at.map(|at: Instant| at.to_string()).unwrap_or_default(),
            exposure.notified.notified_by.clone().unwrap_or_default(),
            exposure.notified.told_by.clone().unwrap_or_default(),
            exposure.odd.marks.join(" "),
            times(|clock| clock.device_at),
            times(|clock| clock.checked_in_at),
            times(|clock| clock.received_at),
            watermark.to_owned(),
        ]
    };
    cluster.exposures.iter().map(line).collect()
}
