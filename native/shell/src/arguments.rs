use nix::pty::Winsize;
use std::ffi::OsString;

pub const USAGE: &str = "\
usage: capsule-shell [--terminal COLSxROWS] -- PROGRAM [ARG...]

  --terminal COLSxROWS  give the program a terminal of this size; standard input and output are its
                        other end

Descriptor 3 takes lines: 'resize COLS ROWS' and 'signal NUMBER'. When it closes, the program and
everything that it started end.

exit code: that of the program, 128 + signal when it was killed, 127 when it does not exist, 126
when it is not executable, 125 when the session could not be set up
";

/// The command of an operator.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub terminal: Option<Winsize>,
    pub program: OsString,
    pub arguments: Vec<OsString>,
}

pub fn parse(words: Vec<OsString>) -> Result<Request, String> {
    let mut words = words.into_iter();
    let mut terminal = None;
    loop {
        let word = words.next().ok_or("a program is missing")?;
        match word.to_str() {
            Some("--") => break,
            Some("--terminal") => {
                let text = words.next().ok_or("--terminal has no value")?;
                let size = text.to_str().and_then(|text| text.split_once('x'));
                let size = size.and_then(|(columns, rows)| size_of(columns, rows));
                terminal = Some(size.ok_or("--terminal takes COLSxROWS")?);
            }
            _ => return Err(format!("unknown argument {}", word.to_string_lossy())),
        }
    }
    Ok(Request {
        terminal,
        program: words.next().ok_or("a program is missing")?,
        arguments: words.collect(),
    })
}

pub fn size_of(columns: &str, rows: &str) -> Option<Winsize> {
    Some(Winsize {
        ws_col: columns.parse().ok()?,
        ws_row: rows.parse().ok()?,
        ws_xpixel: 0,
        ws_ypixel: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn a_program_follows_the_options() {
        let request = parse(words("--terminal 80x24 -- sh -c --terminal")).unwrap();
        assert_eq!(request.terminal, size_of("80", "24"));
        assert_eq!(request.program, "sh");
        assert_eq!(request.arguments, ["-c", "--terminal"]);
        assert_eq!(parse(words("-- sh")).unwrap().terminal, None);
    }

    #[test]
    fn a_line_without_a_program_is_refused() {
        for line in ["", "--", "--terminal 80x24", "sh", "--terminal 80 -- sh"] {
            assert!(parse(words(line)).is_err(), "{line}");
        }
    }
}
