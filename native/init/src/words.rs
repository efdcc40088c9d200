/// Splits a command line into words at white space. Double quotes keep white space together; a
/// backslash inside them takes the next character as it is. Nothing is expanded.
pub fn split_words(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_with(String::new);
            }
            '\\' if is_quoted => {
                let next = characters.next().ok_or("nothing follows the backslash")?;
                word.get_or_insert_with(String::new).push(next);
            }
            space if space.is_whitespace() && !is_quoted => words.extend(word.take()),
            other => word.get_or_insert_with(String::new).push(other),
        }
    }
    if is_quoted {
        return Err("a quote is not closed");
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<String> {
        split_words(line).unwrap()
    }

    #[test]
    fn white_space_separates() {
        assert_eq!(split("  /bin/a  -b\tc "), ["/bin/a", "-b", "c"]);
        assert_eq!(split(""), Vec::<String>::new());
    }

    #[test]
    fn quotes_keep_white_space_and_may_be_empty() {
        assert_eq!(split(r#"a "b c" d"e f" """#), ["a", "b c", "de f", ""]);
    }

    #[test]
    fn a_backslash_counts_inside_quotes_only() {
        assert_eq!(split(r#""a\"b\\" \c"#), [r#"a"b\"#, r"\c"]);
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        assert_eq!(split_words("a \"b"), Err("a quote is not closed"));
        assert_eq!(split_words("\"\\"), Err("nothing follows the backslash"));
    }
}
