/** What servers and authorization servers ask of the person: a bundle of its own, loaded with the first question. */
export { questions } from './questions';
export { createSignIn } from './signIn';
