//! CHAR(n), VARCHAR(n), BINARY(n) and VARBINARY(n): longer values are trimmed, shorter ones padded where the type has
//! a fixed length. Text is counted in code points.

/// The first `length` characters.
fn shortened(text: &str, length: u32) -> (&str, u32) {
    let mut count = 0;
    for (at, _) in text.char_indices() {
        if count == length {
            return (&text[..at], count);
        }
        count += 1;
    }
    (text, count)
}

pub fn text_to_char(text: &str, length: u32) -> String {
    let (kept, count) = shortened(text, length);
    let mut out = kept.to_owned();
    out.extend(std::iter::repeat_n(' ', (length - count) as usize));
    out
}

pub fn text_to_varchar(text: &str, length: u32) -> String {
    shortened(text, length).0.to_owned()
}

pub fn bytes_to_binary(bytes: &[u8], length: u32) -> Vec<u8> {
    let mut out = bytes_to_varbinary(bytes, length);
    out.resize(length as usize, 0);
    out
}

pub fn bytes_to_varbinary(bytes: &[u8], length: u32) -> Vec<u8> {
    bytes[..bytes.len().min(length as usize)].to_vec()
}

pub fn text_to_binary(text: &str, length: u32) -> Vec<u8> {
    bytes_to_binary(text.as_bytes(), length)
}

pub fn text_to_varbinary(text: &str, length: u32) -> Vec<u8> {
    bytes_to_varbinary(text.as_bytes(), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_trimmed_and_padded() {
        assert_eq!(text_to_char("abcdef", 3), "abc");
        assert_eq!(text_to_char("grün", 6), "grün  ");
        assert_eq!(text_to_varchar("grün", 3), "grü");
        assert_eq!(text_to_varchar("a", 3), "a");
        assert_eq!(bytes_to_binary(&[1], 3), [1, 0, 0]);
        assert_eq!(bytes_to_varbinary(&[1, 2, 3], 2), [1, 2]);
        assert_eq!(text_to_binary("6", 2), [b'6', 0]);
        assert_eq!(text_to_varbinary("foo", 2), b"fo");
    }
}
