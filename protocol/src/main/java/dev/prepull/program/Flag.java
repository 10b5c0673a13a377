package dev.prepull.program;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One option of a program, given as {@code --name VALUE} or as the environment variable {@code
 * PREPULL_NAME}; the command line wins.
 *
 * @param name without the dashes
 * @param argument what the help shows for the value, such as {@code HOST:PORT}; null for a switch
 * @param defaultValue null when there is none
 * @param help one sentence
 */
public record Flag(
    String name, @Nullable String argument, @Nullable String defaultValue, String help) {

  private static final String SWITCH = "true|false";

  /** A flag with a value that has a default. */
  public static Flag of(String name, String argument, String defaultValue, String help) {
    return new Flag(name, argument, defaultValue, help);
  }

  /** A flag with a value that may be absent. */
  public static Flag optional(String name, String argument, String help) {
    return new Flag(name, argument, null, help);
  }

  /** A flag that is on when it is named. */
  public static Flag toggle(String name, String help) {
    return new Flag(name, null, null, help);
  }

  /** A flag that is on unless it is given as {@code --name=false}. */
  public static Flag onByDefault(String name, String help) {
    return new Flag(name, SWITCH, "true", help);
  }

  /** Whether it takes a value that may be left out. */
  boolean hasOptionalValue() {
    return SWITCH.equals(argument);
  }

  /** The environment variable that stands for this flag. */
  public String environmentVariable() {
    return "PREPULL_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
