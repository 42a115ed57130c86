//! The operator's commands as people run them: what a file brings is taken in, what others ask for is taken out, and a
//! failure is one line and an exit code.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;
use tests::client::Client;
use tests::process::{Process, binary};

fn antam(directory: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let data = directory.join("data");
    Command::new(binary("antam")?)
        .args(arguments)
        .args(["--data-dir", data.to_str().context("a path")?])
        .env("ANTAM_LOG", "error")
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null())
        .output()
        .context("antam does not start")
}

fn said(output: &Output) -> (String, String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

const VENUES: &str = "\u{feff}Tên;Loại;Địa chỉ;Mã phường;Điện thoại\n\
    Bến phà Rạch Miễu;transport;QL60;28252;0273 3872 345\n\
    Quán Vô Danh;bar;1 Lê Lợi;99999;0912345678\n";

const RESULTS: &str = "accession,full_name,birth_date,phone,ward_code,specimen_kind,collected_at,loinc,outcome,resulted_at\n\
    CMD-1,Lâm Thị Sương,1984-05-06,0912345001,28252,nasopharyngeal_swab,2022-03-10T08:00:00+07:00,94500-6,detected,2022-03-10T15:00:00+07:00\n\
    CMD-2,Lâm Văn Bền,1981-07-08,0912345001,28252,saliva,2022-03-10T08:00:00+07:00,94500-6,not_detected,2022-03-10T15:00:00+07:00\n";

#[tokio::test]
async fn what_a_file_brings_is_taken_in_and_comes_out_again() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let path = directory.path();
    let file = |name: &str, text: &str| -> anyhow::Result<String> {
        fs::write(path.join(name), text)?;
        Ok(path.join(name).to_str().context("a path")?.to_owned())
    };
    let run = |arguments: &[&str]| antam(path, arguments).map(|output| said(&output));
    let (_, told, code) = run(&["demo", "--people", "0"])?;
    ensure!(code == Some(0), "{told}");

    // A bad row is told and makes the exit code; the good one is kept.
    let venues = file("venues.csv", VENUES)?;
    let (out, told, code) = run(&["import", "venues", &venues, "--as", "venue"])?;
    ensure!(code == Some(1) && out.contains("accepted 1") && out.contains("row 3: rejected: "), "{out}{told}");
    ensure!(told.contains("1 row(s)") && !told.contains("backtrace"), "{told}");

    let results = file("results.csv", RESULTS)?;
    let (out, told, code) = run(&["import", "results", &results, "--as", "lab", "--dry-run"])?;
    ensure!(code == Some(0) && out.contains("accepted 2"), "{out}{told}");
    for (accepted, duplicate) in [(2, 0), (0, 2)] {
        let (out, told, code) = run(&["import", "results", &results, "--as", "officer", "--lab", "TG-CDC"])?;
        ensure!(code == Some(0), "{out}{told}");
        ensure!(out.contains(&format!("accepted {accepted}, duplicate {duplicate}")), "{out}");
    }

    let out_file = path.join("positives.jsonl");
    let target = out_file.to_str().context("a path")?;
    let (_, told, code) = run(&["export", "results", "--as", "officer", "--outcome", "detected", "--out", target])?;
    ensure!(code == Some(0), "{told}");
    let lines: Vec<Value> =
        fs::read_to_string(&out_file)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(lines.len() == 1 && lines[0]["accession"] == "CMD-1", "{lines:?}");
    // What the command began is told by the next process that serves, beside which commands may run.
    let data = path.join("data");
    let data = data.to_str().context("a path")?;
    let served = Process::start("antam", &["serve", "--demo", "--data-dir", data])?;
    let doctor = Client::signed_in(&served.url, "doctor").await?;
    doctor.until("/api/v1/f0/cases?status=open", |list| list["items"].as_array().is_some_and(|l| l.len() == 1)).await?;
    let (out, told, code) = run(&["export", "cases", "--as", "officer", "--status", "open"])?;
    ensure!(code == Some(0) && out.lines().count() == 1 && out.contains("Lâm Thị Sương"), "{out}{told}");
    drop(served);
    let (out, told, code) = run(&["export", "numbers", "--as", "officer"])?;
    ensure!(code == Some(0) && out.lines().count() > 1, "{out}{told}");

    let (out, told, code) = run(&["audit", "verify"])?;
    ensure!(code == Some(0) && out.contains("the audit log is whole"), "{out}{told}");
    Ok(())
}

#[test]
fn what_cannot_be_done_is_one_line_and_an_exit_code() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let run = |arguments: &[&str]| antam(directory.path(), arguments).map(|output| said(&output));
    ensure!(run(&["demo", "--people", "0"])?.2 == Some(0));
    let missing = directory.path().join("none.csv");
    let missing = missing.to_str().context("a path")?;
    let refused: [(&[&str], &str); 5] = [
        (&["import", "results", missing, "--as", "lab"], "cannot be read"),
        (&["export", "results", "--as", "nobody"], "no active account nobody"),
        (&["export", "results", "--as", "venue"], "no duty"),
        (&["user", "second-factor-off", "nobody"], "no account nobody"),
        (&["export", "exposures", "--as", "officer", "--case", "x"], "/case_id"),
    ];
    for (arguments, reason) in refused {
        let (out, told, code) = run(arguments)?;
        ensure!(code == Some(1) && told.starts_with("error: ") && told.contains(reason), "{arguments:?}: {out}{told}");
        ensure!(!told.contains("backtrace") && !told.contains(" at /"), "{told}");
    }
    for wrong in [["--roles", "lab", "--area", "82"], ["--roles", "doctor", "--area", "999"]] {
        let (_, told, code) = run(&[&["user", "add", "x", "--name", "X"], &wrong[..]].concat())?;
        ensure!(code == Some(1), "{told}");
    }
    let (out, told, code) = run(&["user", "second-factor-off", "doctor"])?;
    ensure!(code == Some(0) && out.contains("no second factor"), "{out}{told}");
    ensure!(run(&["import", "results", missing])?.2 == Some(2), "--as is required");
    Ok(())
}
