package dev.prepull.program;

import dev.prepull.model.GoDuration;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.apache.commons.cli.help.HelpFormatter;

/** The flags of one start of a program: command line over environment over default. */
public final class Flags {

  private static final String HELP = "help";
  private static final String PREFIX = "PREPULL_";

  private final CommandLine commandLine;
  private final Map<String, String> environment;

  private Flags(CommandLine commandLine, Map<String, String> environment) {
    this.commandLine = commandLine;
    this.environment = environment;
  }

  /**
   * Reads a command line.
   *
   * @param known every flag that the program has; {@code --help} comes by itself
   * @throws UsageException for a flag, an argument or a {@code PREPULL_} variable that is not known
   */
  public static Flags parse(
      Collection<Flag> known, String[] arguments, Map<String, String> environment)
      throws UsageException {
    CommandLine commandLine = commandLine(known, arguments);
    if (!commandLine.getArgList().isEmpty()) {
      throw new UsageException(
          "unexpected argument \"%s\": every option begins with --"
              .formatted(commandLine.getArgList().getFirst()));
    }
    checkGivenOnce(commandLine);
    checkEnvironment(known, environment);
    return new Flags(commandLine, environment);
  }

  private static CommandLine commandLine(Collection<Flag> known, String[] arguments)
      throws UsageException {
    try {
      return DefaultParser.builder()
          .setAllowPartialMatching(false)
          .get()
          .parse(options(known), arguments);
    } catch (UnrecognizedOptionException e) {
      String name = e.getOption().split("=", 2)[0];
      throw new UsageException("unknown flag %s: see --help".formatted(name));
    } catch (MissingArgumentException e) {
      throw new UsageException(
          "--%s needs a value: %s"
              .formatted(e.getOption().getLongOpt(), e.getOption().getArgName()));
    } catch (ParseException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static void checkGivenOnce(CommandLine commandLine) throws UsageException {
    Set<String> seen = new HashSet<>();
    for (Option option : commandLine.getOptions()) {
      if (!seen.add(option.getLongOpt())) {
        throw new UsageException(
            "--%s is given more than once: leave one".formatted(option.getLongOpt()));
      }
    }
  }

  private static void checkEnvironment(Collection<Flag> known, Map<String, String> environment)
      throws UsageException {
    TreeSet<String> unknown = new TreeSet<>();
    for (String name : environment.keySet()) {
      boolean ours = name.startsWith(PREFIX);
      // Kubernetes puts PREPULL_..._SERVICE_HOST and the like into every Pod beside such a Service.
      boolean serviceLink = name.matches("PREPULL_.*_(SERVICE|PORT)(_.*)?");
      if (ours
          && !serviceLink
          && known.stream().noneMatch(f -> f.environmentVariable().equals(name))) {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw new UsageException(
          "unknown environment variable %s: see --help".formatted(String.join(", ", unknown)));
    }
  }

  private static Options options(Collection<Flag> known) {
    Options options = new Options();
    for (Flag flag : known) {
      options.addOption(
          Option.builder()
              .longOpt(flag.name())
              .argName(flag.argument())
              .hasArg(flag.argument() != null)
              .optionalArg(flag.hasOptionalValue())
              .desc(description(flag))
              .get());
    }
    return options.addOption(
        Option.builder().longOpt(HELP).desc("Prints this help and exits.").get());
  }

  private static String description(Flag flag) {
    String value = Objects.requireNonNullElse(flag.defaultValue(), "");
    return flag.help()
        + (value.isEmpty() ? "" : " Default: " + value + ".")
        + " ["
        + flag.environmentVariable()
        + "]";
  }

  /** The text that {@code --help} prints. */
  public static String help(String usage, Collection<Flag> known) {
    StringWriter text = new StringWriter();
    try {
      HelpFormatter.builder()
          .setShowSince(false)
          .setHelpAppendable(
              new org.apache.commons.cli.help.TextHelpAppendable(new PrintWriter(text)))
          .get()
          .printHelp(usage, "", options(known), "", false);
    } catch (IOException e) {
      throw new UncheckedIOException("a StringWriter does not fail", e);
    }
    return text.toString();
  }

  /** Whether {@code --help} was asked for. */
  public boolean helpWanted() {
    return commandLine.hasOption(HELP);
  }

  /** Whether a switch is on. */
  public boolean isOn(Flag flag) throws UsageException {
    boolean bare =
        commandLine.hasOption(flag.name()) && commandLine.getOptionValue(flag.name()) == null;
    String value = bare ? "true" : text(flag).orElse("false");
    return switch (value) {
      case "true", "1" -> true;
      case "false", "0", "" -> false;
      default -> throw wrong(flag, value, "expected true or false");
    };
  }

  /** The value as text; empty when neither given nor defaulted. */
  public Optional<String> text(Flag flag) {
    String given = commandLine.getOptionValue(flag.name());
    if (given == null) {
      given = environment.get(flag.environmentVariable());
    }
    return Optional.ofNullable(given == null ? flag.defaultValue() : given);
  }

  /** The value as text; its absence is an error. */
  public String required(Flag flag) throws UsageException {
    return text(flag)
        .orElseThrow(() ->
            new UsageException(
                "--%s is missing: %s (or set %s)"
                    .formatted(flag.name(), flag.help(), flag.environmentVariable())));
  }

  /** The value as a path. */
  public Optional<Path> path(Flag flag) {
    return text(flag).map(Path::of);
  }

  /** The value as a whole number within bounds. */
  public int number(Flag flag, int least, int most) throws UsageException {
    String value = required(flag);
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below, with the bounds
    }
    throw wrong(flag, value, "expected a whole number from %d to %d".formatted(least, most));
  }

  /** The value as a duration. */
  public Duration duration(Flag flag) throws UsageException {
    String value = required(flag);
    try {
      return GoDuration.parse(value);
    } catch (IllegalArgumentException e) {
      throw wrong(flag, value, "expected a duration such as 30s or 5m");
    }
  }

  /** The value as a host and a port. */
  public HostPort hostPort(Flag flag) throws UsageException {
    String value = required(flag);
    try {
      return HostPort.parse(value);
    } catch (IllegalArgumentException e) {
      throw wrong(flag, value, "expected HOST:PORT with a port from 0 to 65535");
    }
  }

  /** An error about the value of a flag. */
  public static UsageException wrong(Flag flag, String value, String expected) {
    return new UsageException("--%s \"%s\": %s".formatted(flag.name(), value, expected));
  }
}
