// The overview stays up to date: soon after something has happened, and now and then in any case.

import { keepFresh } from "./refresh.js";

keepFresh({ concerns: (message) => message.store !== false, every: 3000, atLeast: 20_000 });
