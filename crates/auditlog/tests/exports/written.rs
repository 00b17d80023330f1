//! Records, written in every shape that they can be exported in.

use super::corpus::{PORTAL_HEADER, cell, field, portal_row};

/// The same in the United States' way, as a cmdlet on such a machine writes it.
pub fn american(iso: &str) -> String {
    let number = |range: std::ops::Range<usize>| iso[range].parse::<u32>().unwrap();
    let hour = number(11..13);
    let half = if hour < 12 { "AM" } else { "PM" };
    let shown = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    format!("{}/{}/{} {shown}:{}:{} {half}", number(5..7), number(8..10), &iso[..4], &iso[14..16], &iso[17..19])
}

/// Every shape that audit records are exported in, by name.
pub fn audit_shapes(records: &[String]) -> Vec<(&'static str, String)> {
    let portal: String = records.iter().map(|record| portal_row(record)).collect();
    let cmdlet: Vec<String> = records
        .iter()
        .zip(1..)
        .map(|(record, number)| {
            let (user, operation, at) =
                (field(record, "UserId"), field(record, "Operation"), american(field(record, "CreationTime")));
            format!(
                "\"ExchangeItem\",\"{at}\",\"{user}\",\"{operation}\",{},\"{number}\",\"{}\",\"{}\",\"True\",\"Unchanged\"\r\n",
                cell(record),
                records.len(),
                field(record, "Id")
            )
        })
        .collect();
    let reduced: Vec<String> = records
        .iter()
        .map(|record| {
            let at = american(field(record, "CreationTime"));
            format!("{at};{};{};{}\n", field(record, "UserId"), field(record, "Operation"), cell(record))
        })
        .collect();
    let graph: Vec<String> = records
        .iter()
        .map(|record| {
            format!(
                "{{\"@odata.type\":\"#microsoft.graph.security.auditLogRecord\",\"id\":\"{}\",\"createdDateTime\":\"{}Z\",\"auditLogRecordType\":\"exchangeItem\",\
                 \"operation\":\"{}\",\"userPrincipalName\":\"{}\",\"auditData\":{record}}}",
                field(record, "Id"),
                field(record, "CreationTime"),
                field(record, "Operation"),
                field(record, "UserId")
            )
        })
        .collect();
    let as_text: Vec<String> = records
        .iter()
        .map(|record| {
            format!(
                "{{\"RecordType\":2,\"CreationDate\":\"\\/Date(1)\\/\",\"AuditData\":{}}}",
                serde_json::to_string(record).unwrap()
            )
        })
        .collect();
    vec![
        ("portal-csv", format!("{PORTAL_HEADER}{portal}")),
        (
            "cmdlet-csv",
            format!(
                "#TYPE Selected.Microsoft.Exchange.Management\r\n\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\",\
                 \"ResultCount\",\"Identity\",\"IsValid\",\"ObjectState\"\r\n{}",
                cmdlet.concat()
            ),
        ),
        ("reduced-csv", format!("CreationDate;UserIds;Operations;AuditData\n{}", reduced.concat())),
        (
            "graph-json",
            format!("{{\"@odata.context\":\"x\",\"value\":[{}],\"@odata.nextLink\":\"https://x/{{\"}}", graph.join(",\n")),
        ),
        ("graph-lines", graph.join("\n")),
        ("management-json", format!("[\n  {}\n]\n", records.join(",\n  "))),
        ("management-lines", records.join("\r\n")),
        ("management-run-on", records.concat()),
        ("cmdlet-json", format!("[{}]", as_text.join(","))),
    ]
}
