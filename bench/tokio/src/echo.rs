//! The echo server as a user of tokio would write it; says where it listens.
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn main() -> std::io::Result<()> {
    let workers = std::env::var("GOMAXPROCS").ok().and_then(|v| v.parse().ok()).unwrap_or(2);
    tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on {}", listener.local_addr()?);
        loop {
            let (mut connection, _) = listener.accept().await?;
            tokio::spawn(async move {
                let mut room = [0; 4096];
                while let Ok(n @ 1..) = connection.read(&mut room).await {
                    if connection.write_all(&room[..n]).await.is_err() {
                        return;
                    }
                }
            });
        }
    })
}
