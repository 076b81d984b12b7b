//! The rows that may has an idiom for, on GOMAXPROCS workers. suite NAME SECONDS prints nanoseconds per operation and their number, as
//! bench/gocpp/main.gcpp says.
//!
//! Its channels have no capacity, so rows about capacities and hand-overs are left out. So are those with hundreds of thousands of
//! coroutines at once: each stack is two mappings, of which Linux allows 65,530 unless told otherwise.
use may::coroutine::{yield_now, JoinHandle};
use may::go;
use may::sync::{mpsc, Mutex, RwLock, Semphore};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

fn check(holds: bool, what: &str) {
    if !holds {
        eprintln!("wrong: {what}");
        std::process::exit(1);
    }
}

fn work(mut x: u32, times: u32) -> u32 {
    for _ in 0..times {
        x = x.wrapping_mul(1664525).wrapping_add(1013904223);
        // SAFETY: does nothing; the compiler cannot leave out what it is said to read.
        unsafe { std::arch::asm!("/* {0:e} */", inout(reg) x, options(nomem, nostack, preserves_flags)) };
    }
    x
}

/// As many coroutines as workers, the n operations shared out evenly.
fn parallel<F: Fn(u64) + Send + Sync + 'static>(n: u64, procs: u64, f: F) {
    let f = Arc::new(f);
    let all: Vec<JoinHandle<()>> = (0..procs)
        .map(|p| {
            let f = f.clone();
            go!(move || f(n / procs + u64::from(p < n % procs)))
        })
        .collect();
    for one in all {
        one.join().unwrap();
    }
}

fn make<T>(n: u64) {
    for _ in 0..n {
        black_box(mpsc::channel::<T>());
    }
}

fn ping_pong(n: u64) {
    let (ping, pinged) = mpsc::channel::<u64>();
    let (pong, ponged) = mpsc::channel::<u64>();
    let other = go!(move || {
        for v in pinged.iter() {
            pong.send(v + 1).unwrap();
        }
    });
    let mut v = 0;
    for _ in 0..n {
        ping.send(v).unwrap();
        v = ponged.recv().unwrap();
    }
    drop(ping);
    other.join().unwrap();
    check(v == n, "each round adds one");
}

fn uncontended(n: u64) {
    let (to, from) = mpsc::channel::<i32>();
    for _ in 0..n {
        for i in 0..100 {
            to.send(i).unwrap();
        }
        let sum: i32 = (0..100).map(|_| from.recv().unwrap()).sum();
        check(sum == 4950, "the sum of what was sent");
    }
}

fn chain(end: mpsc::Sender<bool>, n: u64) {
    if n == 0 {
        end.send(true).unwrap();
    } else {
        go!(move || chain(end, n - 1));
    }
}

fn chains(n: u64, count: u64) {
    let (end, ends) = mpsc::channel();
    for _ in 0..count {
        let end = end.clone();
        go!(move || chain(end, n / count));
    }
    for _ in 0..count {
        check(ends.recv().unwrap(), "the chain's end");
    }
}

fn capture(n: u64) {
    for _ in 0..n {
        let four: [JoinHandle<()>; 4] = std::array::from_fn(|g| go!(move || check(g < 4, "what was captured")));
        for one in four {
            one.join().unwrap();
        }
    }
}

fn mutex(n: u64, procs: u64, amount: u32) {
    let m = Arc::new(Mutex::new(0u64));
    let of_all = m.clone();
    parallel(n, procs, move |mine| {
        let mut own = 1;
        for _ in 0..mine {
            *of_all.lock().unwrap() += 1;
            own = work(own, amount);
        }
        black_box(own);
    });
    let count = *m.lock().unwrap();
    check(count == n, "no step of the count is lost");
}

fn rw(n: u64, procs: u64, ratio: u64, amount: u32) {
    let m = RwLock::new(0u64);
    parallel(n, procs, move |mine| {
        let mut own = 1;
        for i in 1..=mine {
            if i % ratio == 0 {
                let mut written = m.write().unwrap();
                *written += 1;
                own = work(own, amount);
            } else {
                let written = m.read().unwrap();
                own = work(own.wrapping_add(*written as u32), amount);
            }
        }
        black_box(own);
    });
}

fn pipeline() {
    let (first, mut from) = mpsc::channel::<u64>();
    for _ in 0..100 {
        let (to, next) = mpsc::channel();
        let mine = std::mem::replace(&mut from, next);
        go!(move || {
            for v in mine.iter() {
                to.send(v + 1).unwrap();
            }
        });
    }
    go!(move || {
        for v in 0..10_000 {
            first.send(v).unwrap();
        }
    });
    check(from.iter().sum::<u64>() == 50_995_000, "each value plus 100");
}

fn ring() {
    const MEMBERS: usize = 503;
    const HOPS: usize = 500_000;
    let (end, ends) = mpsc::channel();
    let (first, mut from) = mpsc::channel::<usize>();
    let mut last = Some(first.clone());
    for k in 0..MEMBERS {
        let (to, next) = mpsc::channel();
        let to = if k == MEMBERS - 1 { last.take().unwrap() } else { to };
        let mine = std::mem::replace(&mut from, next);
        let end = end.clone();
        go!(move || {
            for token in mine.iter() {
                if token == 0 {
                    end.send(k + 1).unwrap();
                    return;
                }
                if to.send(token - 1).is_err() {
                    return;
                }
            }
        });
    }
    first.send(HOPS).unwrap();
    check(ends.recv() == Ok(HOPS % MEMBERS + 1), "who has the token at the end");
}

const ROWS: &[&str] = &[
    "MakeChan/Byte", "MakeChan/Int", "MakeChan/Ptr", "MakeChan/Struct0", "MakeChan/Struct32", "MakeChan/Struct40", "ChanCreation",
    "ChanUncontended", "ChanSem", "Yield", "Yield/P1", "PingPong", "PingPong/P1", "CreateGoroutines", "CreateGoroutinesParallel",
    "CreateGoroutinesCapture", "MutexUncontended", "Mutex", "MutexWork", "RWMutexWrite100", "RWMutexWrite10", "RWMutexWorkWrite100",
    "Pipeline100", "ThreadRing503",
];

fn run(name: &str, n: u64, procs: u64) {
    match name.trim_end_matches("/P1") {
        "MakeChan/Byte" => make::<u8>(n),
        "MakeChan/Int" => make::<i64>(n),
        "MakeChan/Ptr" => make::<&'static i64>(n),
        "MakeChan/Struct0" => make::<()>(n),
        "MakeChan/Struct32" => make::<[u8; 32]>(n),
        "MakeChan/Struct40" => make::<[u8; 40]>(n),
        "ChanCreation" => parallel(n, procs, |mine| {
            for _ in 0..mine {
                let (to, from) = mpsc::channel::<i32>();
                to.send(5).unwrap();
                check(from.recv() == Ok(5), "what was sent");
            }
        }),
        "ChanUncontended" => parallel(n, procs, uncontended),
        "ChanSem" => {
            let tokens = Semphore::new(procs as usize);
            parallel(n, procs, move |mine| {
                for _ in 0..mine {
                    tokens.wait();
                    tokens.post();
                }
            });
        }
        "Yield" => parallel(n, 2 * procs, |mine| {
            for _ in 0..mine {
                yield_now();
            }
        }),
        "PingPong" => ping_pong(n),
        "CreateGoroutines" => chains(n, 1),
        "CreateGoroutinesParallel" => chains(n, procs),
        "CreateGoroutinesCapture" => capture(n),
        "MutexUncontended" => parallel(n, procs, |mine| {
            let m = Mutex::new(());
            for _ in 0..mine {
                drop(m.lock().unwrap());
            }
        }),
        "Mutex" => mutex(n, procs, 0),
        "MutexWork" => mutex(n, procs, 100),
        "RWMutexWrite100" => rw(n, procs, 100, 0),
        "RWMutexWrite10" => rw(n, procs, 10, 0),
        "RWMutexWorkWrite100" => rw(n, procs, 100, 100),
        program => {
            for _ in 0..n {
                match program {
                    "Pipeline100" => pipeline(),
                    "ThreadRing503" => ring(),
                    _ => check(false, "no such row"),
                }
            }
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, seconds) = match arguments.as_slice() {
        [list] if list == "--list" => return ROWS.iter().for_each(|row| println!("{row}")),
        [name, seconds] if ROWS.contains(&name.as_str()) => (name.clone(), seconds.parse::<f64>().unwrap()),
        _ => {
            eprintln!("usage: suite --list | suite NAME SECONDS");
            std::process::exit(2);
        }
    };
    let cores = std::env::var("GOMAXPROCS").ok().and_then(|v| v.parse().ok()).unwrap_or(2);
    let procs = if name.ends_with("/P1") { 1 } else { cores };
    may::config().set_workers(procs);
    let measured = |n: u64| {
        let row = name.clone();
        let begun = Instant::now();
        go!(move || run(&row, n, procs as u64)).join().unwrap();
        begun.elapsed().as_secs_f64()
    };
    measured(1); // starts the workers
    let mut n: u64 = 1;
    loop {
        let took = measured(n);
        if took >= seconds || n >= 2_000_000_000 {
            println!("{:.4} {}", took * 1e9 / n as f64, n);
            std::process::exit(0);
        }
        let wanted = n as f64 * 1.2 * seconds / took.max(1e-9);
        n = wanted.clamp(n as f64 + 1.0, n as f64 * 100.0) as u64;
    }
}
