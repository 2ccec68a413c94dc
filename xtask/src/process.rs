//! Runs other programs so that they cannot hang, cannot ask, and end when we end.
//!
//! Every child gets a process group of its own and no input. Its lines are shown at once and kept for counting. At
//! its time limit, or when we are interrupted, the whole group is stopped: a build may have a dozen children.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How often a waiting loop looks around.
const LOOK: Duration = Duration::from_millis(100);
/// How long a stopped child may take to end by itself.
const GRACE: Duration = Duration::from_secs(20);
/// How long the output of an ended child is still read: a grandchild may hold the pipe open for ever.
const LAST_LINES: Duration = Duration::from_secs(3);

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on Ctrl-C and SIGTERM are noticed and not deadly, so that children can be stopped first.
pub(crate) fn watch_signals() {
    let flag = STOP.get_or_init(Arc::default);
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // A second Ctrl-C ends us at once: whoever presses it twice means it.
        let again = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(flag));
        let first = signal_hook::flag::register(signal, Arc::clone(flag));
        if let Err(error) = again.and(first) {
            eprintln!("signal {signal} cannot be watched: {error}");
        }
    }
}

/// Whether we were told to stop.
pub(crate) fn stopping() -> bool {
    STOP.get().is_some_and(|flag| flag.load(Ordering::SeqCst))
}

/// How a program ended and what it said.
pub(crate) struct Outcome {
    /// None when all is well; else why not, in a few words.
    pub(crate) trouble: Option<String>,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Both outputs, as they came.
    pub(crate) text: String,
}

struct Line {
    text: String,
    from_stdout: bool,
}

/// Runs a program to its end or its limit, showing what it says.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Outcome {
    let mut outcome = Outcome { trouble: None, stdout: String::new(), text: String::new() };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            outcome.trouble = Some(format!("{} cannot be started: {error}", shown(command)));
            return outcome;
        }
    };
    let (sender, lines) = mpsc::channel();
    follow(child.stdout.take(), true, sender.clone());
    follow(child.stderr.take(), false, sender);
    outcome.trouble = watch(&mut child, &lines, limit, &mut outcome);
    outcome
}

fn follow(pipe: Option<impl Read + Send + 'static>, from_stdout: bool, lines: Sender<Line>) {
    let Some(pipe) = pipe else { return };
    std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            if lines.send(Line { text, from_stdout }).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

fn watch(
    child: &mut Child,
    lines: &Receiver<Line>,
    limit: Duration,
    outcome: &mut Outcome,
) -> Option<String> {
    let begun = Instant::now();
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(LOOK) {
            Ok(line) => keep(line, outcome),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK / 10),
        }
        if ended.is_none() {
            ended = child.try_wait().ok().flatten().map(|status| (status, Instant::now()));
        }
        if let Some((status, at)) = ended {
            // A loud grandchild must not keep us here: the limit holds even while lines come.
            while at.elapsed() < LAST_LINES {
                match lines.recv_timeout(LAST_LINES) {
                    Ok(line) => keep(line, outcome),
                    Err(_) => break,
                }
            }
            // What it left behind would hold ports and files of the next step.
            signal_group(child, "KILL");
            return (!status.success()).then(|| format!("ended with {status}"));
        }
        let why = match (stopping(), begun.elapsed() > limit) {
            (true, _) => "was interrupted".to_owned(),
            (_, true) => format!("took longer than {} s", limit.as_secs()),
            _ => continue,
        };
        stop(child);
        return Some(why);
    }
}

fn keep(line: Line, outcome: &mut Outcome) {
    println!("{}", line.text);
    outcome.text.push_str(&line.text);
    outcome.text.push('\n');
    if line.from_stdout {
        outcome.stdout.push_str(&line.text);
        outcome.stdout.push('\n');
    }
}

/// Asks a child's group to end, waits, then insists.
pub(crate) fn stop(child: &mut Child) {
    signal_group(child, "TERM");
    let asked = Instant::now();
    while asked.elapsed() < GRACE {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(LOOK);
    }
    signal_group(child, "KILL");
    // Nothing is left to do about an error: the child was told twice, and here once more by std itself.
    let _killed = child.kill();
    let _ended = child.wait();
}

/// std can only kill; `kill` is a builtin of every shell.
fn signal_group(child: &Child, signal: &str) {
    let _sent =
        Command::new("sh").args(["-c", &format!("kill -s {signal} -- -{} 2>/dev/null", child.id())]).status();
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_kept_and_told_apart() {
        let outcome = run(&mut shell("echo out; echo err >&2"), Duration::from_secs(10));
        assert_eq!(outcome.trouble, None);
        assert_eq!(outcome.stdout, "out\n");
        assert!(outcome.text.contains("err\n"));
    }

    #[test]
    fn failure_and_absence_are_told() {
        assert!(
            run(&mut shell("exit 3"), Duration::from_secs(10)).trouble.is_some_and(|why| why.contains('3'))
        );
        let absent = run(&mut Command::new("no-such-program"), Duration::from_secs(10));
        assert!(absent.trouble.is_some_and(|why| why.contains("no-such-program")));
    }

    #[test]
    fn nothing_hangs() {
        let begun = Instant::now();
        let asks = run(&mut shell("read answer || echo no input"), Duration::from_secs(10));
        assert_eq!(asks.stdout, "no input\n");
        let slow = run(&mut shell("sleep 60"), Duration::from_millis(300));
        assert!(slow.trouble.is_some_and(|why| why.contains("longer")));
        let leaves_a_child = run(&mut shell("sleep 8 & exit 0"), Duration::from_secs(10));
        assert_eq!(leaves_a_child.trouble, None);
        assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    }

    #[test]
    fn at_its_limit_the_whole_group_ends() {
        let outcome = run(&mut shell("sleep 60 & echo $!; wait"), Duration::from_millis(500));
        let grandchild = outcome.stdout.trim().to_owned();
        assert!(grandchild.parse::<u32>().is_ok(), "{grandchild}");
        let state = || std::fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
        // An ended process may wait for its adoptive parent a little: then it is a zombie.
        let alive = || !state().is_empty() && !state().contains(") Z ");
        let begun = Instant::now();
        while alive() && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(LOOK);
        }
        assert!(!alive(), "{}", state());
    }
}
