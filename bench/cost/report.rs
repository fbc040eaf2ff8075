//! The report as tables and as JSON.

use serde_json::{Value, json};

use crate::bill::{Bill, billed_ms_of_one};
use crate::counted::Counted;
use crate::prices::{Memory, Prices};

/// The minimum cost: only the units that cannot be saved.
const FLOORS: [(&str, f64, f64); 2] = [
    ("floor of an event: one write unit", 1.0, 0.0),
    ("floor of a status: one read unit", 0.0, 1.0),
];

pub(crate) fn print(all: &[Counted], prices: &Prices) {
    print_counts(all, prices);
    print_requests(all);
    print_functions(all);
    print_prices(all, prices);
}

fn print_counts(all: &[Counted], prices: &Prices) {
    println!(
        "\n| of 1,000 each | DynamoDB requests | write units | of them index | read units | Pluggy | bus events | invocations | log KB | of them Lambda's | CPU s | billed s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for counted in all {
        let (units, of_all) = (counted.units(), |amount: usize| {
            counted.per_thousand(amount as f64)
        });
        println!(
            "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} | {:.1} |",
            counted.name,
            of_all(counted.requests()),
            of_all(units.all_writes()),
            of_all(units.index_writes),
            counted.per_thousand(units.reads()),
            of_all(counted.pluggy),
            of_all(counted.bus_events),
            of_all(counted.invocations()),
            of_all(counted.log_bytes() + counted.lambda_log_bytes()) / 1000.0,
            of_all(counted.lambda_log_bytes()) / 1000.0,
            counted.per_thousand(counted.cpu().as_secs_f64()),
            billed_ms_of_one(counted, prices),
        );
    }
}

fn print_requests(all: &[Counted]) {
    println!("\n| of 1,000 each | request | requests | write units | of them index | read units |");
    println!("|---|---|---|---|---|---|");
    for counted in all {
        for (request, count) in &counted.requests {
            println!(
                "| {} | {request} | {:.0} | {:.0} | {:.0} | {:.0} |",
                counted.name,
                counted.per_thousand(count.requests as f64),
                counted.per_thousand(count.units.all_writes() as f64),
                counted.per_thousand(count.units.index_writes as f64),
                counted.per_thousand(count.units.reads()),
            );
        }
    }
}

fn print_functions(all: &[Counted]) {
    println!("\n| of 1,000 each | function | invocations | log bytes of one | CPU ms of one |");
    println!("|---|---|---|---|---|");
    for counted in all {
        for (name, work) in &counted.functions {
            println!(
                "| {} | {name} | {:.0} | {} | {:.2} |",
                counted.name,
                counted.per_thousand(work.invocations as f64),
                work.log_bytes / work.invocations,
                work.cpu.as_secs_f64() * 1000.0 / work.invocations as f64,
            );
        }
    }
}

fn print_prices(all: &[Counted], prices: &Prices) {
    println!(
        "\nUS dollars for a million each, {}, {}, at the template's memory:\n",
        prices.region, prices.date
    );
    println!(
        "| a million of | DynamoDB | Lambda requests | Lambda time | logs | HTTP API | EventBridge | together | together at {} MB |",
        Memory::LEAST.megabytes()
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for counted in all {
        let bill = Bill::of(counted, prices, Memory::of_template);
        println!(
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            counted.name,
            bill.dynamodb,
            bill.lambda_requests,
            bill.lambda_time,
            bill.logs,
            bill.http_api,
            bill.event_bridge,
            bill.total(),
            Bill::of(counted, prices, |_| Memory::LEAST).total(),
        );
    }
    for (name, writes, reads) in FLOORS {
        let dynamodb = writes * prices.dynamodb.million_write_units
            + reads * prices.dynamodb.million_read_units;
        println!("| {name} | {dynamodb:.3} | | | | | | {dynamodb:.3} | {dynamodb:.3} |");
    }
}

/// Returns all figures as JSON, for one operation of each kind.
pub(crate) fn json(all: &[Counted], prices: &Prices) -> Value {
    let each: Vec<Value> = all.iter().map(|counted| one(counted, prices)).collect();
    json!({
        "region": prices.region,
        "date": prices.date,
        "things": each,
    })
}

fn one(counted: &Counted, prices: &Prices) -> Value {
    let waits = counted.waits();
    let of_one = |amount: f64| amount / counted.things as f64;
    let requests = counted.requests.iter().map(|(name, count)| {
        let figures = json!({
            "requests": of_one(count.requests as f64),
            "writeUnits": of_one(count.units.all_writes() as f64),
            "indexWriteUnits": of_one(count.units.index_writes as f64),
            "readUnits": of_one(count.units.reads()),
        });
        (name.clone(), figures)
    });
    let functions = counted.functions.iter().map(|(name, work)| {
        let figures = json!({
            "memoryMb": Memory::of_template(name).megabytes(),
            "invocations": of_one(work.invocations as f64),
            "logBytes": of_one(work.log_bytes as f64),
            "lambdaLogBytes": of_one(work.lambda_log_bytes as f64),
            "cpuMs": of_one(work.cpu.as_secs_f64() * 1000.0),
        });
        ((*name).to_owned(), figures)
    });
    json!({
        "name": counted.name,
        "counted": counted.things,
        "dynamodb": requests.collect::<serde_json::Map<_, _>>(),
        "functions": functions.collect::<serde_json::Map<_, _>>(),
        "pluggyRequests": of_one(counted.pluggy as f64),
        "waits": {
            "dynamodb": of_one(waits.dynamodb as f64),
            "eventBridge": of_one(waits.event_bridge as f64),
            "pluggy": of_one(waits.pluggy as f64),
        },
        "busEvents": of_one(counted.bus_events as f64),
        "apiRequests": of_one(counted.api_requests as f64),
        "billedMs": billed_ms_of_one(counted, prices),
        "dollarsPerMillion": Bill::of(counted, prices, Memory::of_template),
    })
}
