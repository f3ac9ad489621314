//! A runtime socket between certmint and HAProxy that interferes.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{Arc, Mutex, mpsc},
};

use crate::site::Site;

/// What it does with the first command that begins with a word.
#[derive(Clone, Copy)]
pub(crate) enum Interference {
    /// Answers in HAProxy's place, which does not hear of it.
    Answers(&'static str),
    /// Never answers, and HAProxy does not hear of it.
    Swallows,
    /// Never answers, but HAProxy has done it.
    SwallowsAnswer,
}

/// A relay; it listens at `relay.sock` for as long as the test runs.
pub(crate) struct Relay {
    commands: Arc<Mutex<Vec<String>>>,
    interfered: mpsc::Receiver<()>,
}

impl Relay {
    pub(crate) fn new(site: &Site, word: &'static str, interference: Interference) -> Self {
        let listener = UnixListener::bind(site.world.path("relay.sock")).unwrap();
        let haproxy = site.world.path("admin.sock");
        let commands = Arc::new(Mutex::new(Vec::new()));
        let (tell, interfered) = mpsc::channel();
        let told = Arc::clone(&commands);
        std::thread::spawn(move || {
            let mut tell = Some(tell);
            // Connections that are never answered stay open until the test ends.
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let command = command(&stream);
                told.lock().unwrap().push(first_words(&command));
                let interfere = command.starts_with(word).then(|| tell.take()).flatten();
                let Some(tell) = interfere else {
                    let _ = stream.write_all(passed_on(&haproxy, &command).as_bytes());
                    continue;
                };
                match interference {
                    Interference::Answers(answer) => {
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                    Interference::Swallows => kept.push(stream),
                    Interference::SwallowsAnswer => {
                        passed_on(&haproxy, &command);
                        kept.push(stream);
                    }
                }
                tell.send(()).unwrap();
            }
        });
        Self {
            commands,
            interfered,
        }
    }

    /// Waits until it has interfered.
    pub(crate) fn wait(&self) {
        self.interfered
            .recv_timeout(crate::servers::PATIENCE)
            .unwrap();
    }

    /// The first two words of each command.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.commands.lock().unwrap().clone()
    }
}

/// A line, and the payload that follows where it announces one.
fn command(stream: &UnixStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    reader.read_line(&mut text).unwrap();
    if text.trim_end().ends_with("<<") {
        let mut line = String::new();
        while line != "\n" {
            line.clear();
            assert!(
                reader.read_line(&mut line).unwrap() > 0,
                "no end of the payload"
            );
            text.push_str(&line);
        }
    }
    text
}

fn first_words(command: &str) -> String {
    let words: Vec<&str> = command.split(' ').take(2).collect();
    words.join(" ")
}

fn passed_on(haproxy: &PathBuf, command: &str) -> String {
    let mut stream = UnixStream::connect(haproxy).unwrap();
    stream.write_all(command.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
