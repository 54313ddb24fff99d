//! Server-sent events.
//!
//! In: a path, bytes as they come. Out: events, one after the other. Invariant: an event is told when it is complete,
//! however its bytes are cut.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::Method;
use serde_json::Value;

use super::Client;

/// What came since the last event.
#[derive(Default)]
struct Parser {
    bytes: Vec<u8>,
    name: String,
    data: String,
}

impl Client {
    /// Tells events until `on_event` answers false or the server ends the stream; at most for so long.
    pub(crate) fn follow(
        &self,
        path: &str,
        longest: Duration,
        mut on_event: impl FnMut(&str, Value) -> Result<bool>,
    ) -> Result<()> {
        self.runtime.block_on(async {
            let request = self
                .request(Method::GET, path)
                .timeout(longest)
                .header("Accept", "text/event-stream");
            let mut answer = match request.send().await {
                Ok(answer) => answer,
                Err(error) => return Err(self.unreachable(&error)),
            };
            let status = answer.status();
            if !status.is_success() {
                let bytes = answer.bytes().await.unwrap_or_default();
                bail!(self.refusal(status.as_u16(), &bytes));
            }
            let mut parser = Parser::default();
            while let Some(chunk) = answer.chunk().await.context("reading events")? {
                for (name, data) in parser.take(&chunk) {
                    let data = serde_json::from_str(&data)
                        .with_context(|| format!("the event '{name}' is no JSON"))?;
                    if !on_event(&name, data)? {
                        return Ok(());
                    }
                }
            }
            Ok(())
        })
    }
}

impl Parser {
    /// The events that these bytes complete.
    fn take(&mut self, chunk: &[u8]) -> Vec<(String, String)> {
        self.bytes.extend_from_slice(chunk);
        let mut events = Vec::new();
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            events.extend(self.line(line.trim_end_matches(['\n', '\r'])));
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<(String, String)> {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            return (!data.is_empty()).then_some((name, data));
        }
        // A line without a colon, or with nothing before it, is no field that anybody reads.
        let (field, value) = line.split_once(':')?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push_str(value),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_complete_however_they_are_cut() {
        let text = ": hello\n\nevent: row\r\ndata: {\"ü\":1}\r\nid: 0\r\n\r\nevent: end\ndata: {}\n\ndata: [";
        let expected = [("row", "{\"ü\":1}"), ("end", "{}")];
        for size in [1, 2, 7, text.len()] {
            let mut parser = Parser::default();
            let found: Vec<(String, String)> = text
                .as_bytes()
                .chunks(size)
                .flat_map(|chunk| parser.take(chunk))
                .collect();
            let found: Vec<(&str, &str)> = found.iter().map(|(n, d)| (n.as_str(), d.as_str())).collect();
            assert_eq!(found, expected, "{size}");
        }
    }
}
