//! Fresh passwords, from the operating system's randomness.

use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use regain_incident::secret::Secret;
use regain_ports::Passwords;

/// What Entra takes as lower case, upper case, digit and symbol.
const CLASSES: [&[u8]; 4] = [b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789", b"!#%*+-.:=?@_"];
/// Characters that are neither mistaken for another on paper nor on the telephone, and spell nothing.
const SPOKEN: &[u8] = b"cdfhjkmnprtvwx23456789";

/// Makes passwords that nobody can guess. If the system has no randomness this stops the program:
/// a guessable password would be worse.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomPasswords;

fn pick(from: &[u8]) -> char {
    let at = UnwrapErr(SysRng).random_range(0..from.len());
    char::from(from.get(at).copied().unwrap_or(b'x'))
}

/// Whether at least three of Entra's four classes are in it.
fn is_complex(text: &str) -> bool {
    let has = |class: &&[u8]| text.bytes().any(|byte| class.contains(&byte));
    CLASSES.iter().filter(|class| has(class)).count() >= 3
}

/// Made again until it fits: the first nearly always does.
fn until_complex(make: impl Fn() -> String) -> Secret {
    loop {
        let text = make();
        if is_complex(&text) {
            return Secret::new(text);
        }
    }
}

impl Passwords for RandomPasswords {
    /// 128 of 74 characters: Entra takes up to 256.
    fn to_forget(&self) -> Secret {
        let all = CLASSES.concat();
        until_complex(|| (0..128).map(|_| pick(&all)).collect())
    }

    /// Five groups of four of 22 characters: 89 bits. The hyphens count as symbols.
    fn to_hand_over(&self) -> Secret {
        let group = || (0..4).map(|_| pick(SPOKEN)).collect::<String>();
        until_complex(|| (0..5).map(|_| group()).collect::<Vec<_>>().join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_types_the_first_and_everybody_can_type_the_second() {
        let (forget, hand) = (RandomPasswords.to_forget(), RandomPasswords.to_hand_over());
        assert!(forget.expose().len() >= 64 && is_complex(forget.expose()));
        assert_eq!(hand.expose().len(), 24);
        assert!(is_complex(hand.expose()));
        assert!(!hand.expose().contains(['0', 'O', '1', 'l', 'I', 'o']));
        assert_ne!(RandomPasswords.to_hand_over().expose(), hand.expose());
        assert!(20.0 * f64::from(u32::try_from(SPOKEN.len()).unwrap()).log2() >= 80.0);
    }
}
