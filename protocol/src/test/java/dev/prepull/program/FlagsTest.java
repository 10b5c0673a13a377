package dev.prepull.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags, environment, defaults and the exit codes that follow. */
class FlagsTest {

  private static final Flag PORT = Flag.of("some-port", "NUMBER", "80", "A port.");
  private static final Flag NAME = Flag.optional("name", "NAME", "A name.");
  private static final Flag ADDRESS = Flag.of("address", "HOST:PORT", "[::1]:1", "An address.");
  private static final Flag WAIT = Flag.of("wait", "DURATION", "5s", "A wait.");
  private static final Flag LOUD = Flag.toggle("loud", "Makes noise.");
  private static final Flag SAFE = Flag.onByDefault("safe", "Takes care.");
  private static final List<Flag> KNOWN = List.of(PORT, NAME, ADDRESS, WAIT, LOUD, SAFE);

  private static Flags parse(Map<String, String> environment, String... arguments)
      throws UsageException {
    return Flags.parse(KNOWN, arguments, environment);
  }

  @Test
  void prefersTheCommandLineToTheEnvironmentToTheDefault() throws Exception {
    Map<String, String> environment = Map.of("PREPULL_SOME_PORT", "81");

    assertThat(parse(Map.of()).number(PORT, 1, 100)).isEqualTo(80);
    assertThat(parse(environment).number(PORT, 1, 100)).isEqualTo(81);
    assertThat(parse(environment, "--some-port", "82").number(PORT, 1, 100)).isEqualTo(82);
    assertThat(parse(environment, "--some-port=83").number(PORT, 1, 100)).isEqualTo(83);
  }

  @Test
  void readsValuesByTheirType() throws Exception {
    Flags flags = parse(Map.of("PREPULL_LOUD", "true"), "--wait", "1m");

    assertThat(flags.isOn(LOUD)).isTrue();
    assertThat(flags.duration(WAIT)).isEqualTo(Duration.ofMinutes(1));
    assertThat(flags.hostPort(ADDRESS)).isEqualTo(new HostPort("::1", 1));
    assertThat(flags.text(NAME)).isEmpty();
  }

  @Test
  void leavesOnWhatIsOnByDefaultUntilItIsSwitchedOff() throws Exception {
    Map<String, String> off = Map.of("PREPULL_SAFE", "false");

    assertThat(parse(Map.of()).isOn(SAFE)).isTrue();
    assertThat(parse(off).isOn(SAFE)).isFalse();
    assertThat(parse(off, "--safe").isOn(SAFE)).isTrue();
    assertThat(parse(off, "--safe", "--loud").isOn(SAFE)).isTrue();
    assertThat(parse(Map.of(), "--safe=false").isOn(SAFE)).isFalse();
    assertThat(parse(Map.of(), "--safe", "false").isOn(SAFE)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--nmae x | unknown flag --nmae: see --help",
        "--nam x | unknown flag --nam: see --help",
        "--nmae=x=y | unknown flag --nmae: see --help",
        "--name | --name needs a value: NAME",
        "stray | unexpected argument \"stray\": every option begins with --",
        "--name x --name y | --name is given more than once: leave one",
        "--name x --loud --loud | --loud is given more than once: leave one",
      })
  void refusesWhatItDoesNotKnow(String line, String message) {
    assertThatThrownBy(() -> parse(Map.of(), line.split(" ")))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @Test
  void refusesAnUnknownVariableButNotKubernetesServiceLinks() throws Exception {
    assertThatThrownBy(() -> parse(Map.of("PREPULL_NMAE", "x")))
        .hasMessageContaining("PREPULL_NMAE");
    assertThat(
            parse(
                    Map.of(
                        "PREPULL_CONTROLLER_SERVICE_HOST", "10.0.0.1",
                        "PREPULL_CONTROLLER_PORT_8443_TCP_ADDR", "10.0.0.1"))
                .text(NAME))
        .isEmpty();
  }

  @Test
  void namesTheFlagAndTheExpectationOfAWrongValue() throws Exception {
    Flags flags = parse(Map.of("PREPULL_LOUD", "yes"), "--some-port", "1000", "--wait", "soon");

    assertThatThrownBy(() -> flags.number(PORT, 1, 100))
        .hasMessage("--some-port \"1000\": expected a whole number from 1 to 100");
    assertThatThrownBy(() -> flags.duration(WAIT)).hasMessageContaining("such as 30s");
    assertThatThrownBy(() -> flags.isOn(LOUD)).hasMessageContaining("true or false");
    assertThatThrownBy(() -> flags.required(NAME)).hasMessageContaining("PREPULL_NAME");
  }

  @Test
  void refusesAnAddressWithoutPort() throws Exception {
    for (String address : List.of("localhost", "localhost:", ":80", "a:b:1", "h:65536", "h:-1")) {
      Flags flags = parse(Map.of(), "--address", address);

      assertThatThrownBy(() -> flags.hostPort(ADDRESS)).hasMessageContaining("HOST:PORT");
    }
  }

  @Test
  void exitsWithTwoOnAUsageErrorAndOneOnAFailedStart() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Program program = program(new ByteArrayOutputStream(), err);

    int usage = program.run(new String[] {"--nmae"}, Map.of(), flags -> () -> {});
    int failure =
        program.run(
            new String[0],
            Map.of(),
            flags -> {
              throw new StartupException("the port is taken");
            });

    assertThat(usage).isEqualTo(2);
    assertThat(failure).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualToIgnoringNewLines("unknown flag --nmae: see --helpthe port is taken");
  }

  @Test
  void printsEveryFlagWithVariableAndDefaultInItsHelp() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    int code =
        program(out, new ByteArrayOutputStream())
            .run(new String[] {"--help"}, Map.of(), flags -> () -> {});

    assertThat(code).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--some-port", "PREPULL_SOME_PORT", "Default: 80", "--help");
  }

  private static Program program(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    return new Program(
        "program [flags]",
        KNOWN,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
