//! Who there is: a table, where an application has a store whose passwords are hashed.

/// Somebody who can sign in.
pub(crate) struct Account {
    pub(crate) name: &'static str,
    password: &'static str,
    pub(crate) roles: &'static [&'static str],
}

/// All of them.
pub(crate) struct Accounts;

const ALL: [Account; 2] = [
    Account {
        name: "ann",
        password: "green tea",
        roles: &["USER"],
    },
    Account {
        name: "root",
        password: "black coffee",
        roles: &["ADMIN", "USER"],
    },
];

impl Accounts {
    /// The account that has this name and password.
    pub(crate) fn check(name: &str, password: &str) -> Option<&'static Account> {
        Self::find(name).filter(|account| account.password == password)
    }

    pub(crate) fn find(name: &str) -> Option<&'static Account> {
        ALL.iter().find(|account| account.name == name)
    }
}
