//! Python's `shlex.split`, which botocore splits section names with. Unlike a shell it knows no comments, and between
//! double quotes a backslash escapes nothing but a double quote and itself. And `shlex.quote`.

use std::borrow::Cow;

/// The words of `text`; `None` where a quote is left open or nothing follows a backslash.
#[must_use]
pub fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if matches!(character, ' ' | '\t' | '\r' | '\n') {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_default();
        match character {
            '\\' => word.push(characters.next()?),
            '\'' | '"' => loop {
                match characters.next()? {
                    end if end == character => break,
                    '\\' if character == '"' => match characters.next()? {
                        escaped @ ('"' | '\\') => word.push(escaped),
                        other => word.extend(['\\', other]),
                    },
                    inside => word.push(inside),
                }
            },
            plain => word.push(plain),
        }
    }
    words.extend(word);
    Some(words)
}

/// `word` as a shell takes it for one word, for commands in hints.
#[must_use]
pub fn quote(word: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@%_-+=:,./".contains(&byte);
    match !word.is_empty() && word.bytes().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r#"'"'"'"#))),
    }
}
