//! Drives the targets: `varve-fuzz [target …] [--seconds 60] [--seed 0]`. Each runs in a process of its own, as many at a time as there
//! are cores, first over its corpus and then over what is made of it. What fails is left in a file, whose name is said.
//!
//! `--run target file` runs one input, `--write-seeds` writes inputs to start from that are missing.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for those who work on the engine"
)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use varve_fuzz::mutate::{Random, mutate};
use varve_fuzz::{TARGETS, Target, corpus, targets, watch};

#[global_allocator]
static MEMORY: watch::Memory = watch::Memory;

/// What was asked for.
struct Options {
    targets: Vec<&'static Target>,
    seconds: u64,
    seed: u64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--write-seeds"] => TARGETS.iter().for_each(corpus::write_seeds),
        ["--run", target, file] => {
            watch::begin();
            let taken = (named(target).run)(&fs::read(file).unwrap());
            targets::leave();
            println!("{}", if taken { "taken" } else { "refused" });
        }
        ["--child", target, seconds, seed, last] => {
            child(
                named(target),
                seconds.parse().unwrap(),
                seed.parse().unwrap(),
                Path::new(last),
            );
        }
        words => return drive(&options(words)),
    }
    ExitCode::SUCCESS
}

fn named(name: &str) -> &'static Target {
    let known = || {
        TARGETS
            .iter()
            .map(|target| target.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = TARGETS.iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic_with(&format!("There is no target {name}; there are {}.", known())))
}

#[expect(clippy::panic, reason = "it ends the program with a sentence")]
fn panic_with(message: &str) -> ! {
    panic!("{message}")
}

fn options(words: &[&str]) -> Options {
    let mut options = Options {
        targets: Vec::new(),
        seconds: 60,
        seed: 0,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || {
            words
                .next()
                .and_then(|word| word.parse().ok())
                .unwrap_or_else(|| panic_with("A number is missing."))
        };
        match *word {
            "--seconds" => options.seconds = number(),
            "--seed" => options.seed = number(),
            name => options.targets.push(named(name)),
        }
    }
    if options.targets.is_empty() {
        options.targets = TARGETS.iter().collect();
    }
    options
}

/// Runs all targets, each in a process of its own.
fn drive(options: &Options) -> ExitCode {
    let waiting = Mutex::new(options.targets.clone());
    let failed = Mutex::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().pop();
                    let Some(target) = next else { break };
                    if !runs(target, options) {
                        *failed.lock().unwrap() += 1;
                    }
                }
            });
        }
    });
    let failed = *failed.lock().unwrap();
    println!(
        "fuzz: {} targets, {} s each, {failed} failed",
        options.targets.len(),
        options.seconds
    );
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn runs(target: &Target, options: &Options) -> bool {
    let last = std::env::temp_dir().join(format!("varve-fuzz-{}-{}", std::process::id(), target.name));
    let (seconds, seed) = (options.seconds.to_string(), options.seed.to_string());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg("--child")
        .args([target.name, &seconds, &seed])
        .arg(&last);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        print!("{said}");
        let _ = fs::remove_file(&last);
        return true;
    }
    let why = String::from_utf8_lossy(&output.stderr);
    println!("{}: {}\n{why}", target.name, output.status);
    println!(
        "{}: the input is {}; mend it, and keep it in {}",
        target.name,
        last.display(),
        corpus::folder(target).display()
    );
    false
}

/// Keeps what the newest panic said instead of printing it: the engine ends those of its libraries itself, thousands of them.
fn quiet_panics() -> Arc<Mutex<String>> {
    let newest = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&newest);
    std::panic::set_hook(Box::new(move |panic| {
        *kept.lock().unwrap() = panic.to_string();
    }));
    newest
}

/// Runs a target until time is up.
fn child(target: &Target, seconds: u64, seed: u64, last: &Path) {
    let inputs: Vec<Vec<u8>> = corpus::inputs(target)
        .into_iter()
        .map(|(_, input)| input)
        .collect();
    let mut random = Random::new(
        seed ^ u64::from(
            target
                .name
                .bytes()
                .fold(7_u32, |hash, byte| hash.wrapping_mul(31) + u32::from(byte)),
        ),
    );
    let (began, limit) = (Instant::now(), Duration::from_secs(seconds));
    watch::begin();
    let panicked = quiet_panics();
    let (mut count, mut taken) = (0_u64, 0_u64);
    let mut one = |input: &[u8]| {
        // It lies in a file meanwhile, however the process ends.
        fs::write(last, input).unwrap();
        watch::next();
        count += 1;
        match catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
            Ok(right) => taken += u64::from(right),
            Err(_) => {
                eprintln!("{}", panicked.lock().unwrap());
                std::process::exit(1);
            }
        }
    };
    inputs.iter().for_each(|input| one(input));
    while began.elapsed() < limit {
        one(&mutate(&inputs, &mut random));
    }
    targets::leave();
    println!("{}: {count} inputs, {taken} of them taken for right", target.name);
}
