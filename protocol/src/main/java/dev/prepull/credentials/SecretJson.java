package dev.prepull.credentials;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** A JSON value that may be secret, and where it stands. No {@code toString} shows a text. */
public sealed interface SecretJson {

  /** The line, from 1. */
  int line();

  /** The column within that line, from 1. */
  int column();

  /** What it is, in words such as "a text". */
  String kind();

  /**
   * Reads a UTF-8 text that is one JSON value. Members that are null are left out, as Go leaves
   * them; of members of one name the last counts, as in Go.
   *
   * @throws InvalidJsonException when it is none, or nests too deeply
   */
  static SecretJson parse(byte[] text) throws InvalidJsonException {
    return SecretJsonReader.read(text);
  }

  /** A text. */
  record Text(String value, int line, int column) implements SecretJson {

    @Override
    public String kind() {
      return "a text";
    }

    @Override
    public String toString() {
      return kind();
    }
  }

  /**
   * An object.
   *
   * @param members in the order of the text
   */
  record Members(SequencedMap<String, SecretJson> members, int line, int column)
      implements SecretJson {

    /** Copies the members. */
    public Members {
      members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    }

    /** The member of that name; like Go, it does not heed upper and lower case. */
    public Optional<SecretJson> member(String name) {
      SecretJson exact = members.get(name);
      if (exact != null) {
        return Optional.of(exact);
      }
      return members.entrySet().stream()
          .filter(member -> member.getKey().equalsIgnoreCase(name))
          .map(member -> member.getValue())
          .findFirst();
    }

    @Override
    public String kind() {
      return "an object";
    }

    @Override
    public String toString() {
      return kind();
    }
  }

  /** What no credential consists of: a number, a truth value, a list, or null. */
  record Other(String kind, int line, int column) implements SecretJson {}
}
