/// The parts of a contract that this generator knows: flat messages and enums, maps of strings, one service.
#[derive(Default)]
pub struct Contract {
    pub package: String,
    pub service: String,
    pub methods: Vec<String>,
    pub enums: Vec<Enum>,
    pub messages: Vec<Message>,
}

pub struct Enum {
    pub name: String,
    pub values: Vec<(String, u32)>,
}

pub struct Message {
    pub name: String,
    pub fields: Vec<Field>,
    pub choice: Option<Choice>,
}

pub struct Choice {
    pub name: String,
    pub fields: Vec<Field>,
}

pub struct Field {
    pub label: String,
    pub kind: String,
    pub name: String,
    pub number: u32,
}

/// Fails loudly on what it does not know.
pub fn parse(text: &str) -> Contract {
    let mut words = Words(tokens(text));
    let mut contract = Contract::default();
    while let Some(word) = words.maybe() {
        match word.as_str() {
            "syntax" => words.skip_statement(),
            "package" => {
                contract.package = words.next();
                words.expect(";");
            }
            "service" => parse_service(&mut words, &mut contract),
            "enum" => contract.enums.push(parse_enum(&mut words)),
            "message" => contract.messages.push(parse_message(&mut words)),
            other => panic!("not understood: {other}"),
        }
    }
    contract
}

fn parse_service(words: &mut Words, contract: &mut Contract) {
    contract.service = words.next();
    words.expect("{");
    while words.is_not("}") {
        words.expect("rpc");
        contract.methods.push(words.next());
        words.skip_statement();
    }
}

fn parse_enum(words: &mut Words) -> Enum {
    let name = words.next();
    let mut values = Vec::new();
    words.expect("{");
    while words.is_not("}") {
        let value = words.next();
        values.push((value, words.number()));
    }
    Enum { name, values }
}

fn parse_message(words: &mut Words) -> Message {
    let mut message = Message {
        name: words.next(),
        fields: Vec::new(),
        choice: None,
    };
    words.expect("{");
    while words.is_not("}") {
        let word = words.next();
        if word != "oneof" {
            message.fields.push(parse_field(word, words));
            continue;
        }
        let name = words.next();
        let mut fields = Vec::new();
        words.expect("{");
        while words.is_not("}") {
            let first = words.next();
            fields.push(parse_field(first, words));
        }
        assert!(message.choice.is_none(), "two choices in one message");
        message.choice = Some(Choice { name, fields });
    }
    message
}

fn parse_field(first: String, words: &mut Words) -> Field {
    let is_label = first == "repeated" || first == "optional";
    let (label, kind) = if is_label {
        (first, words.next())
    } else {
        (String::new(), first)
    };
    if kind == "map" {
        for expected in ["<", "string", ",", "string", ">"] {
            words.expect(expected);
        }
    }
    Field {
        label,
        kind,
        name: words.next(),
        number: words.number(),
    }
}

fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap();
        let mut word = String::new();
        for character in line.chars().chain([' ']) {
            if character.is_alphanumeric() || "_.\"".contains(character) {
                word.push(character);
                continue;
            }
            found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            found.extend((!character.is_whitespace()).then(|| character.to_string()));
        }
    }
    found.reverse();
    found
}

/// The words, the next one last.
struct Words(Vec<String>);

impl Words {
    fn maybe(&mut self) -> Option<String> {
        self.0.pop()
    }

    fn next(&mut self) -> String {
        self.maybe().expect("the contract ends too early")
    }

    fn expect(&mut self, word: &str) {
        assert_eq!(self.next(), word);
    }

    /// Takes the word if it is that one.
    fn is_not(&mut self, word: &str) -> bool {
        let is_it = self.0.last().is_some_and(|next| next == word);
        if is_it {
            self.0.pop();
        }
        !is_it
    }

    /// `= 12;`
    fn number(&mut self) -> u32 {
        self.expect("=");
        let number = self.next().parse().unwrap();
        self.expect(";");
        number
    }

    fn skip_statement(&mut self) {
        while self.next() != ";" {}
    }
}
