//! The echo server as a user of may would write it; says where it listens.
use may::go;
use may::net::TcpListener;
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let workers = std::env::var("GOMAXPROCS").ok().and_then(|v| v.parse().ok()).unwrap_or(2);
    may::config().set_workers(workers);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (mut connection, _) = listener.accept()?;
        go!(move || {
            let mut room = [0; 4096];
            while let Ok(n @ 1..) = connection.read(&mut room) {
                if connection.write_all(&room[..n]).is_err() {
                    return;
                }
            }
        });
    }
}
