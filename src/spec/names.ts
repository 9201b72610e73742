/** Random bytes, from the host. */
export type RandomBytes = (count: number) => Uint8Array;

const ADJECTIVES: readonly string[] = (
  "able active agile alert amber ample apt avid awake bold brave breezy bright brisk bubbly busy calm " +
  "candid careful cheerful civil clever cosy curious dapper daring deft dreamy eager earnest easy elated " +
  "epic exact fair famous fancy fearless fleet fluent fond frank fresh friendly frosty gallant genial " +
  "gentle gifted glad golden graceful grand great handy happy hardy hearty helpful honest hopeful humble " +
  "ideal jolly jovial joyful keen kind lively loving loyal lucid lucky mellow merry mighty modest neat " +
  "nimble noble patient peaceful placid plucky polite proud prudent quick quiet radiant ready rosy serene " +
  "sharp shiny silent smart snug sober steady stoic sunny swift tender thrifty tidy trusty upbeat vivid " +
  "warm wise witty zesty"
).split(" ");

const SURNAMES: readonly string[] = (
  "abel agnesi ampere anning archimedes aristarchus avogadro babbage bassi becquerel bernoulli bohr " +
  "boltzmann boole bose boyle brahe brahmagupta burnell cannon cantor carson cavendish celsius " +
  "chandrasekhar chatelet clausius copernicus coulomb crick curie dalton darwin davy descartes dijkstra " +
  "dirac doppler einstein elion euclid euler faraday fermat fermi feynman fibonacci fleming foucault " +
  "fourier franklin galileo galois gauss germain gibbs goeppert goodall hahn halley hamilton harvey " +
  "hawking heisenberg helmholtz henry herschel hertz hilbert hodgkin hooke hopper hubble humboldt hypatia " +
  "jenner joule kelvin kepler khayyam koch kovalevskaya lagrange lamarr laplace lavoisier leavitt leibniz " +
  "linnaeus lovelace mach maxwell mcclintock meitner mendel mendeleev mirzakhani mitchell newton noether " +
  "oersted ohm pascal pasteur pauli planck poincare ptolemy pythagoras ramanujan rayleigh riemann roentgen " +
  "rubin rutherford sagan schrodinger shannon somerville tesla thales torricelli turing volta wallace watt " +
  "wien wu yukawa"
).split(" ");

/** One of a list; 16 random bits against lists of some hundred words leave no bias that matters. */
function pick(words: readonly string[], high: number, low: number): string {
  return words[(high * 256 + low) % words.length] ?? "";
}

/**
 * A random name for a pod or container: an adjective and a scientist, as podman's users expect. The caller draws again
 * while something answers to it.
 *
 * @param random source of random bytes
 */
export function randomName(random: RandomBytes): string {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return `${pick(ADJECTIVES, a, b)}_${pick(SURNAMES, c, d)}`;
}
