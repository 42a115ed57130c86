#!/usr/bin/env python3
"""Makes the tables in data/ that area/table.rs compiles in.

    ./generate.py FOLDER      FOLDER holds provinces_2022.tsv, districts_2022.tsv, wards_2022.tsv, provinces_2025.tsv,
                              wards_2025.tsv, ward_map_2022_to_2025.tsv, province_map_2022_to_2025.tsv,
                              changes_2021-11_to_2022-10.tsv, LICENSES.txt

Origin: the units and their history from thanglequoc/vietnamese-provinces-database (tags v1.0.0 to v1.0.3.1 for 2022,
v3.0.2 for 2025), the map from tranngocminhhieu/vietnamadminunits 1.0.4, both under the MIT License
(data/LICENSES.txt). The codes and names are public tables of the General Statistics Office; the merger is Decision
19/2025/QD-TTg.

The tables of 2022 show the state of 2022-10-01. The changes of names since 2021-11-01 are rolled back here: a unit
whose name, or whose district's name, changed gets one row for each of its names. An empty first or last day is that
of its set.
"""

import csv
import shutil
import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

OUT = Path(__file__).parent / "data"


def read(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write(name, rows):
    text = "".join("\t".join(row).rstrip("\t") + "\n" for row in rows)
    (OUT / name).write_text(text, encoding="utf-8", newline="\n")


def periods(changes):
    """The days between changes as (first, last), empty where the set begins or ends."""
    days = sorted({change["effective"] for change in changes})
    befores = [(date.fromisoformat(day) - timedelta(days=1)).isoformat() for day in days]
    return list(zip(["", *days], [*befores, ""], strict=True))


def name_in(unit, changes, last):
    """The name that a unit had in the period that ends on `last`."""
    for change in changes:
        if last and last < change["effective"]:
            return change["full_name_before"]
    return unit["full_name"]


def main():
    folder = Path(sys.argv[1])
    OUT.mkdir(exist_ok=True)
    shutil.copyfile(folder / "LICENSES.txt", OUT / "LICENSES.txt")

    changes = defaultdict(list)
    for change in read(folder, "changes_2021-11_to_2022-10.tsv"):
        changes[change["level"], change["code"]].append(change)

    became = {row["old_code"]: row["new_code"] for row in read(folder, "province_map_2022_to_2025.tsv")}
    provinces = read(folder, "provinces_2022.tsv")
    write("provinces_2022.tsv", sorted([p["code"], became[p["code"]], p["full_name"]] for p in provinces))
    provinces = read(folder, "provinces_2025.tsv")
    write("provinces_2025.tsv", sorted([p["code"], "", p["full_name"]] for p in provinces))

    districts = []
    for unit in read(folder, "districts_2022.tsv"):
        own = changes["district", unit["code"]]
        for first, last in periods(own):
            districts.append([unit["code"], unit["province_code"], name_in(unit, own, last), first, last])
    write("districts_2022.tsv", sorted(districts, key=lambda row: (row[0], row[3])))

    wards = []
    for unit in read(folder, "wards_2022.tsv"):
        own = changes["ward", unit["code"]]
        for first, last in periods(own + changes["district", unit["district_code"]]):
            wards.append([unit["code"], unit["district_code"], name_in(unit, own, last), first, last])
    write("wards_2022.tsv", sorted(wards, key=lambda row: (row[0], row[3])))

    wards = read(folder, "wards_2025.tsv")
    write("wards_2025.tsv", sorted([w["code"], w["province_code"], w["full_name"]] for w in wards))

    successors = defaultdict(list)
    for row in read(folder, "ward_map_2022_to_2025.tsv"):
        if row["new_code"]:
            rank = 0 if row["split_default"] else 1
            successors[row["old_code"]].append((rank, row["new_code"]))
    rows = [[old, *(new for _, new in sorted(news))] for old, news in sorted(successors.items())]
    write("successors.tsv", rows)


if __name__ == "__main__":
    main()
