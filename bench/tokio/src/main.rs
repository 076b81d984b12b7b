//! The rows that tokio has an idiom for, on its multi-threaded runtime with GOMAXPROCS workers. suite NAME SECONDS prints nanoseconds per
//! operation and their number, as bench/gocpp/main.gcpp says.
//!
//! Its channels have room for one at least and one consumer, so hand-overs and several consumers are left out; tasks that are made and
//! waited for use its join handles.
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, Mutex, OnceCell, RwLock, Semaphore};
use tokio::task::{spawn, yield_now, JoinHandle};
use tokio::time::{interval, sleep};

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

/// As many tasks as workers, the n operations shared out evenly.
async fn parallel<F, T>(n: u64, procs: u64, f: F)
where
    F: Fn(u64) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let all: Vec<JoinHandle<()>> = (0..procs).map(|p| spawn(f(n / procs + u64::from(p < n % procs)))).collect();
    for one in all {
        one.await.unwrap();
    }
}

async fn make<T>(n: u64) {
    for _ in 0..n {
        black_box(mpsc::channel::<T>(8));
    }
}

async fn ping_pong(n: u64) {
    let (ping, mut pinged) = mpsc::channel::<u64>(1);
    let (pong, mut ponged) = mpsc::channel::<u64>(1);
    spawn(async move {
        while let Some(v) = pinged.recv().await {
            pong.send(v + 1).await.unwrap();
        }
    });
    let mut v = 0;
    for _ in 0..n {
        ping.send(v).await.unwrap();
        v = ponged.recv().await.unwrap();
    }
    check(v == n, "each round adds one");
}

async fn uncontended(n: u64) {
    let (to, mut from) = mpsc::channel::<i32>(100);
    for _ in 0..n {
        let mut sum = 0;
        for i in 0..100 {
            to.send(i).await.unwrap();
        }
        for _ in 0..100 {
            sum += from.recv().await.unwrap();
        }
        check(sum == 4950, "the sum of what was sent");
    }
}

async fn select_uncontended(n: u64) {
    let (to_one, mut one) = mpsc::channel::<i32>(1);
    let (to_two, mut two) = mpsc::channel::<i32>(1);
    to_one.send(0).await.unwrap();
    for _ in 0..n {
        tokio::select! {
            v = one.recv() => to_two.send(v.unwrap()).await.unwrap(),
            v = two.recv() => to_one.send(v.unwrap()).await.unwrap(),
        }
    }
}

fn chain(end: mpsc::Sender<bool>, n: u64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if n == 0 {
            end.send(true).await.unwrap();
        } else {
            spawn(chain(end, n - 1));
        }
    })
}

async fn chains(n: u64, count: u64) {
    let (end, mut ends) = mpsc::channel(1);
    for _ in 0..count {
        spawn(chain(end.clone(), n / count));
    }
    for _ in 0..count {
        check(ends.recv().await.unwrap(), "the chain's end");
    }
}

async fn capture(n: u64) {
    for _ in 0..n {
        let four: [JoinHandle<()>; 4] = std::array::from_fn(|g| spawn(async move { check(g < 4, "what was captured") }));
        for one in four {
            one.await.unwrap();
        }
    }
}

async fn single(n: u64) {
    let done = Arc::new(AtomicU64::new(0));
    let all: Vec<JoinHandle<()>> = (0..n)
        .map(|_| {
            let done = done.clone();
            spawn(async move {
                done.fetch_add(1, Relaxed);
            })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    check(done.load(Relaxed) == n, "all ran");
}

async fn mutex(n: u64, procs: u64, amount: u32) {
    let m = Arc::new(Mutex::new(0u64));
    parallel(n, procs, |mine| {
        let m = m.clone();
        async move {
            let mut own = 1;
            for _ in 0..mine {
                *m.lock().await += 1;
                own = work(own, amount);
            }
            black_box(own);
        }
    })
    .await;
    check(*m.lock().await == n, "no step of the count is lost");
}

async fn rw(n: u64, procs: u64, ratio: u64, amount: u32) {
    let m = Arc::new(RwLock::new(0u64));
    parallel(n, procs, |mine| {
        let m = m.clone();
        async move {
            let mut own = 1;
            for i in 1..=mine {
                if i % ratio == 0 {
                    let mut written = m.write().await;
                    *written += 1;
                    own = work(own, amount);
                } else {
                    let written = m.read().await;
                    own = work(own.wrapping_add(*written as u32), amount);
                }
            }
            black_box(own);
        }
    })
    .await;
}

fn skynet(number: u64, size: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if size == 1 {
            return number;
        }
        let below: [JoinHandle<u64>; 10] = std::array::from_fn(|i| spawn(skynet(number + i as u64 * (size / 10), size / 10)));
        let mut sum = 0;
        for one in below {
            sum += one.await.unwrap();
        }
        sum
    })
}

fn fib(n: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        let (a, b) = (spawn(fib(n - 1)), spawn(fib(n - 2)));
        a.await.unwrap() + b.await.unwrap()
    })
}

async fn sieve() {
    let (to, mut from) = mpsc::channel::<u32>(1);
    spawn(async move {
        for i in 2..=5000 {
            if to.send(i).await.is_err() {
                return;
            }
        }
    });
    let mut sum = 0;
    while let Some(prime) = from.recv().await {
        sum += prime;
        let (to, next) = mpsc::channel(1);
        let mut mine = std::mem::replace(&mut from, next);
        spawn(async move {
            while let Some(i) = mine.recv().await {
                if i % prime != 0 {
                    to.send(i).await.unwrap();
                }
            }
        });
    }
    check(sum == 1_548_136, "the sum of the primes up to 5,000");
}

async fn pipeline() {
    let (first, mut from) = mpsc::channel::<u64>(1);
    for _ in 0..100 {
        let (to, next) = mpsc::channel(1);
        let mut mine = std::mem::replace(&mut from, next);
        spawn(async move {
            while let Some(v) = mine.recv().await {
                to.send(v + 1).await.unwrap();
            }
        });
    }
    spawn(async move {
        for v in 0..10_000 {
            first.send(v).await.unwrap();
        }
    });
    let mut sum = 0;
    while let Some(v) = from.recv().await {
        sum += v;
    }
    check(sum == 50_995_000, "each value plus 100");
}

async fn ring() {
    const MEMBERS: usize = 503;
    const HOPS: usize = 500_000;
    let (end, mut ends) = mpsc::channel(1);
    let (first, mut from) = mpsc::channel::<usize>(1);
    let mut last = Some(first.clone());
    for k in 0..MEMBERS {
        let (to, next) = mpsc::channel(1);
        let to = if k == MEMBERS - 1 { last.take().unwrap() } else { to };
        let mut mine = std::mem::replace(&mut from, next);
        let end = end.clone();
        spawn(async move {
            while let Some(token) = mine.recv().await {
                if token == 0 {
                    end.send(k + 1).await.unwrap();
                    return;
                }
                if to.send(token - 1).await.is_err() {
                    return;
                }
            }
        });
    }
    first.send(HOPS).await.unwrap();
    check(ends.recv().await == Some(HOPS % MEMBERS + 1), "who has the token at the end");
}

async fn sleeping(n: u64) {
    let all: Vec<JoinHandle<()>> = (0..n).map(|_| spawn(sleep(Duration::from_secs(1)))).collect();
    for one in all {
        one.await.unwrap();
    }
}

async fn storm(n: u64) {
    const TICKERS: u64 = 1000;
    let all: Vec<JoinHandle<()>> = (0..TICKERS)
        .map(|_| {
            spawn(async move {
                let mut t = interval(Duration::from_millis(1));
                for _ in 0..n / TICKERS {
                    t.tick().await;
                }
            })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
}

const HOUR: Duration = Duration::from_secs(3600);

const ROWS: &[&str] = &[
    "MakeChan/Byte", "MakeChan/Int", "MakeChan/Ptr", "MakeChan/Struct0", "MakeChan/Struct32", "MakeChan/Struct40", "ChanCreation",
    "ChanUncontended", "ChanSem", "SelectUncontended", "Yield", "Yield/P1", "PingPong", "PingPong/P1", "CreateGoroutines",
    "CreateGoroutinesParallel", "CreateGoroutinesCapture", "CreateGoroutinesSingle", "MutexUncontended", "Mutex", "MutexWork",
    "RWMutexWrite100", "RWMutexWrite10", "RWMutexWorkWrite100", "Once", "TimerSleeping1M", "TickerStorm", "TimerAfterSelect", "Skynet1M",
    "Fib25", "PrimeSieve5000", "Pipeline100", "ThreadRing503",
];

async fn run(name: String, n: u64, procs: u64) {
    match name.trim_end_matches("/P1") {
        "MakeChan/Byte" => make::<u8>(n).await,
        "MakeChan/Int" => make::<i64>(n).await,
        "MakeChan/Ptr" => make::<&'static i64>(n).await,
        "MakeChan/Struct0" => make::<()>(n).await,
        "MakeChan/Struct32" => make::<[u8; 32]>(n).await,
        "MakeChan/Struct40" => make::<[u8; 40]>(n).await,
        "ChanCreation" => {
            parallel(n, procs, |mine| async move {
                for _ in 0..mine {
                    let (to, mut from) = mpsc::channel::<i32>(1);
                    to.send(5).await.unwrap();
                    check(from.recv().await == Some(5), "what was sent");
                }
            })
            .await
        }
        "ChanUncontended" => parallel(n, procs, uncontended).await,
        "ChanSem" => {
            let tokens = Arc::new(Semaphore::new(procs as usize));
            parallel(n, procs, |mine| {
                let tokens = tokens.clone();
                async move {
                    for _ in 0..mine {
                        drop(tokens.acquire().await.unwrap());
                    }
                }
            })
            .await;
            check(tokens.available_permits() as u64 == procs, "every token is back");
        }
        "SelectUncontended" => parallel(n, procs, select_uncontended).await,
        "Yield" => {
            parallel(n, 2 * procs, |mine| async move {
                for _ in 0..mine {
                    yield_now().await;
                }
            })
            .await
        }
        "PingPong" => ping_pong(n).await,
        "CreateGoroutines" => chains(n, 1).await,
        "CreateGoroutinesParallel" => chains(n, procs).await,
        "CreateGoroutinesCapture" => capture(n).await,
        "CreateGoroutinesSingle" => single(n).await,
        "MutexUncontended" => {
            parallel(n, procs, |mine| async move {
                let m = Mutex::new(());
                for _ in 0..mine {
                    drop(m.lock().await);
                }
            })
            .await
        }
        "Mutex" => mutex(n, procs, 0).await,
        "MutexWork" => mutex(n, procs, 100).await,
        "RWMutexWrite100" => rw(n, procs, 100, 0).await,
        "RWMutexWrite10" => rw(n, procs, 10, 0).await,
        "RWMutexWorkWrite100" => rw(n, procs, 100, 100).await,
        "Once" => {
            let once = Arc::new(OnceCell::new());
            parallel(n, procs, |mine| {
                let once = once.clone();
                async move {
                    for _ in 0..mine {
                        check(*once.get_or_init(|| async { 7 }).await == 7, "initialised");
                    }
                }
            })
            .await
        }
        "TimerSleeping1M" => sleeping(n).await,
        "TickerStorm" => storm(n).await,
        "TimerAfterSelect" => {
            parallel(n, procs, |mine| async move {
                let (to, mut from) = mpsc::channel::<i32>(1);
                for _ in 0..mine {
                    to.send(1).await.unwrap();
                    tokio::select! {
                        _ = from.recv() => {}
                        _ = sleep(HOUR) => check(false, "an hour has passed"),
                    }
                }
            })
            .await
        }
        program => {
            for _ in 0..n {
                match program {
                    "Skynet1M" => check(skynet(0, 1_000_000).await == 499_999_500_000, "the sum of the leaves"),
                    "Fib25" => check(fib(25).await == 75_025, "fib(25)"),
                    "PrimeSieve5000" => sieve().await,
                    "Pipeline100" => pipeline().await,
                    "ThreadRing503" => ring().await,
                    _ => check(false, "no such row"),
                }
            }
        }
    }
}

/// Seconds: the processors' time of all threads, or the clock's.
fn now(of_processors: bool) -> f64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let clock = if of_processors { libc::CLOCK_PROCESS_CPUTIME_ID } else { libc::CLOCK_MONOTONIC };
    // SAFETY: the kernel fills in the timespec that it is given.
    unsafe { libc::clock_gettime(clock, &mut t) };
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
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
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(procs).enable_all().build().unwrap();
    let fixed = match name.as_str() {
        "TimerSleeping1M" => Some(1_000_000),
        "TickerStorm" => Some(300_000),
        _ => None,
    };
    let mut n: u64 = fixed.unwrap_or(1);
    loop {
        let begun = now(fixed.is_some());
        runtime.block_on(async { spawn(run(name.clone(), n, procs as u64)).await.unwrap() });
        let took = now(fixed.is_some()) - begun;
        if took >= seconds || fixed.is_some() || n >= 2_000_000_000 {
            println!("{:.4} {}", took * 1e9 / n as f64, n);
            std::process::exit(0);
        }
        let wanted = n as f64 * 1.2 * seconds / took.max(1e-9);
        n = wanted.clamp(n as f64 + 1.0, n as f64 * 100.0) as u64;
    }
}
