use std::io::Read;
use lab_results::domain::{report::*, tabular::read_rows};
struct E(u64, Vec<u8>, bool);
impl Read for E { fn read(&mut self, b: &mut [u8]) -> std::io::Result<usize> {
  if self.1.is_empty() && self.0 <= 100_000 { let l = if self.0==0 {"accession;full_name;birth_date;phone;specimen_kind;collected_at;method;outcome;resulted_at".to_string()} else {format!("ACC-2022-{:08};Nguyễn Thị Số {};01/02/1950;09{:08};Dịch tỵ hầu;09/03/2022 08:30;PCR;{};09/03/2022 20:00", self.0, self.0, self.0, if self.2 {"sai"} else {"Âm tính"})}; self.1=format!("{l}\r\n").into_bytes(); self.0+=1; }
  let n=self.1.len().min(b.len()); b[..n].copy_from_slice(&self.1[..n]); self.1.drain(..n); Ok(n) } }
fn rss()->String{ std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l|l.starts_with("VmRSS")||l.starts_with("VmHWM")).collect::<Vec<_>>().join(" ") }
fn main(){ for bad in [false,true] { let now="2022-03-10T01:00:00Z".parse().unwrap(); let today="2022-03-10".parse().unwrap();
 eprintln!("{}", rss()); let t=std::time::Instant::now(); let mut r=RowReport::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
 let it=read_rows(E(0,vec![],bad),now,today,Some("TG-CDC")).unwrap();
 for row in it { match row.result { Ok(_)=>r.push(RowOutcome{row:row.number,accession:row.accession,status:RowStatus::Accepted,result_id:Some("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()),person_id:None,errors:vec![]}), Err(e)=>r.push(RowOutcome::rejected(row.number,row.accession,e)) } }
 eprintln!("{} {} {:?} {}", r.received(), r.count(RowStatus::Accepted), t.elapsed(), rss()); r.write_json(shared::bilingual::Lang::Vi, std::io::sink()).unwrap(); } }
